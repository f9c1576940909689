import { NativeConnection, Worker, type ActivitySlotInfo, type SlotSupplier } from '@temporalio/worker';
import { setTimeout as wait } from 'node:timers/promises';
import type { Activities } from '../activities/index.ts';
import type { Logger } from '../platform/logger.ts';
import { queueOf, type QueueName } from '../workflows/messages.ts';
import type { ConnectionSettings } from './connectionOptions.ts';

export interface WorkersOptions {
  readonly connection: ConnectionSettings;
  readonly namespace: string;
  readonly taskQueuePrefix: string;
  readonly queues: readonly QueueName[];
  readonly activities: Activities;
  readonly bundle: string;
  /** Activities at the same time in this process, per queue. */
  readonly slots: Readonly<Record<QueueName, SlotSupplier<ActivitySlotInfo>>>;
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

export interface Workers {
  /** Settles when all workers have stopped; rejects when one broke. */
  readonly stopped: Promise<void>;
  /** Throws when a worker does not poll. */
  check(): void;
  /** Rejects when Temporal does not answer. */
  checkServer(): Promise<void>;
  shutdown(): void;
}

/** One worker per queue on one connection. Resolves when their pollers run; waits for a Temporal that is away. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const connection = await connectPatiently(options);
  const workers = await Promise.all(options.queues.map((queue) => createWorker(options, connection, queue)));
  const runs = Promise.all(workers.map((worker) => worker.run()));
  const stopped = runs.then(
    () => connection.close(),
    (error: unknown) => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      throw error;
    },
  );
  return {
    stopped,
    check: () => {
      const idle = workers.find((worker) => worker.getState() !== 'RUNNING');
      if (idle !== undefined) throw new Error(`the worker of ${idle.options.taskQueue} does not poll`);
    },
    checkServer: async () => {
      await connection.workflowService.getSystemInfo({});
    },
    shutdown: () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** The SDK's first connect does not retry. */
async function connectPatiently({ connection, log, stopping }: WorkersOptions): Promise<NativeConnection> {
  for (let delay = 200; ; delay = Math.min(5_000, delay * 2)) {
    try {
      return await NativeConnection.connect(connection);
    } catch (error) {
      log.warn({ err: error, address: connection.address }, 'Temporal cannot be reached yet');
      await wait(delay, undefined, { signal: stopping });
    }
  }
}

async function createWorker(
  options: WorkersOptions,
  connection: NativeConnection,
  queue: QueueName,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: options.namespace,
    taskQueue: queueOf(options.taskQueuePrefix, queue),
    ...(queue === 'orchestrate' ? { workflowBundle: { codePath: options.bundle } } : {}),
    activities: options.activities[queue],
    tuner: {
      activityTaskSlotSupplier: options.slots[queue],
      workflowTaskSlotSupplier: fixedSlots(20),
      // The service has neither of them; each still wants a number.
      localActivityTaskSlotSupplier: fixedSlots(1),
      nexusTaskSlotSupplier: fixedSlots(1),
    },
    // What is handed to a poll of a process that stands still comes back only after its timeout: few of them lose little.
    maxConcurrentActivityTaskPolls: 2,
    maxConcurrentWorkflowTaskPolls: 4,
    // The default fills the heap with workflows that wait.
    maxCachedWorkflows: 100,
    // The default delays a cancel by up to 24 s.
    maxHeartbeatThrottleInterval: '1 second',
    // A killed worker's workflows are offered to others after this long; the default is 10 s.
    stickyQueueScheduleToStartTimeout: '3 seconds',
    shutdownGraceTime: '20 seconds',
    shutdownForceTime: '45 seconds',
  });
}

export function fixedSlots(numSlots: number): { readonly type: 'fixed-size'; readonly numSlots: number } {
  return { type: 'fixed-size', numSlots };
}

import { NativeConnection, Worker, type ActivitySlotInfo, type SlotSupplier } from '@temporalio/worker';
import { setTimeout as wait } from 'node:timers/promises';
import type { Activities } from '../activities/index.ts';
import type { Logger } from '../platform/logger.ts';
import { queueOf, type QueueName } from '../workflows/messages.ts';
import type { ConnectionSettings } from './connectionOptions.ts';
import type { TemporalTracing } from './tracing.ts';

export interface WorkersOptions {
  readonly connection: ConnectionSettings;
  readonly namespace: string;
  readonly taskQueuePrefix: string;
  readonly queues: readonly QueueName[];
  readonly activities: Activities;
  /** Activities at the same time in this process, per queue. */
  readonly slots: Readonly<Record<QueueName, SlotSupplier<ActivitySlotInfo>>>;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly tracing?: TemporalTracing | null;
  /** Told each time that Temporal was asked in vain at the start. */
  readonly onWait?: () => void;
}

export type Workers = ReturnType<typeof createWorkers>;

const lookEveryMs = 5_000;
const answerWithinMs = 2_000;
const brokenEveryMs = 250;
// For batches of the others; what does not end is rolled back, and begun again elsewhere.
const drainMs = 5_000;

/** What Temporal answers when it is there and will not have this process: not found, no permission, no such caller. */
const refusals = new Set([5, 7, 16]);

/** Why no work is taken; the reason may be shown to anybody. */
class NoWork extends Error {
  override readonly name = 'NoWork';
  readonly publicReason: string;
  constructor(publicReason: string, options?: ErrorOptions) {
    super(publicReason, options);
    this.publicReason = publicReason;
  }
}

/** One worker per queue on one connection. */
export function createWorkers(options: WorkersOptions) {
  const { log, stopping, namespace } = options;
  let noWork: NoWork | null = new NoWork('starting');
  // What the start waits for, and the reason that says since when.
  let awaited: { readonly server: string; readonly reason: string } | null = null;
  let isBroken = false;
  let connection: NativeConnection | null = null;
  let workers: readonly Worker[] = [];
  let stopped: Promise<void> = Promise.resolve();

  const lookAtNamespace = async (at: NativeConnection): Promise<void> => {
    await at.withDeadline(Date.now() + answerWithinMs, () =>
      at.workflowService.describeNamespace({ namespace }),
    );
  };

  const waitFor = (server: 'PostgreSQL' | 'Temporal'): string => {
    if (awaited?.server !== server) {
      const since = new Date().toISOString().replace(/T(.*)\..*/, ' $1 UTC');
      awaited = { server, reason: `starting: waits for ${server} since ${since}` };
    }
    return awaited.reason;
  };

  const noteWhy = (error: unknown): void => {
    const reason = isRefusal(error)
      ? 'Temporal refused the request: does the namespace exist?'
      : waitFor('Temporal');
    if (noWork?.publicReason === reason) return;
    noWork = new NoWork(reason, { cause: error });
    log.warn({ err: error, address: options.connection.address, namespace }, `not taking work: ${reason}`);
  };

  /** Waits for a Temporal that is away or has no such namespace, for as long as it takes: the SDK would fail at once. */
  async function connectPatiently(): Promise<NativeConnection> {
    for (let delay = 200; ; delay = Math.min(lookEveryMs, delay * 2)) {
      let opened: NativeConnection | undefined;
      try {
        opened = await NativeConnection.connect(options.connection);
        await lookAtNamespace(opened);
        return opened;
      } catch (error) {
        await opened?.close();
        noteWhy(error);
        options.onWait?.();
        await wait(delay, undefined, { signal: stopping });
      }
    }
  }

  /**
   * While the namespace is gone the core repeats its polls in silence, and after a minute gives up for good. Others must
   * not count on this process meanwhile.
   */
  async function watchNamespace(at: NativeConnection): Promise<void> {
    while (!stopping.aborted && !isBroken) {
      await wait(lookEveryMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
      try {
        await lookAtNamespace(at);
        if (noWork !== null) log.info('taking work again');
        noWork = null;
      } catch (error) {
        // The core connects again by itself to a Temporal that only is away.
        if (isRefusal(error)) noteWhy(error);
      }
    }
  }

  async function run(at: NativeConnection): Promise<void> {
    const runs = workers.map((worker) => worker.run());
    const watch = new AbortController();
    try {
      await Promise.race([Promise.all(runs), untilOneFails(workers, watch.signal)]);
    } catch (error) {
      isBroken = true;
      shutdown();
      await Promise.race([Promise.allSettled(runs), wait(drainMs, undefined, { ref: false })]);
      throw error;
    } finally {
      watch.abort();
    }
    await at.close();
  }

  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };

  return {
    /** Resolves when all poll; waits for Temporal and the namespace as long as it takes. */
    start: async (bundle: string): Promise<void> => {
      const opened = (connection = await connectPatiently());
      workers = await Promise.all(
        options.queues.map((queue) => createWorker(options, bundle, opened, queue)),
      );
      stopped = run(opened);
      noWork = null;
      void watchNamespace(opened);
    },
    /** Says to who asks what the start waits for, before there is a connection to Temporal. */
    waitForDatabase: (): void => {
      noWork = new NoWork(waitFor('PostgreSQL'));
    },
    /** Settles when all workers have stopped, and at once while none has been started; rejects when one broke. */
    whenStopped: (): Promise<void> => stopped,
    /** Throws when this process takes no work. */
    check: (): void => {
      if (noWork !== null) throw noWork;
      const idle = workers.find((worker) => worker.getState() !== 'RUNNING');
      if (idle !== undefined) throw new Error(`the worker of ${idle.options.taskQueue} does not poll`);
    },
    /** False: no work will be taken any more, whatever happens outside. */
    isAlive: (): boolean => !isBroken,
    /** Rejects when Temporal does not answer, or has no such namespace. */
    checkServer: async (): Promise<void> => {
      if (connection === null) throw noWork ?? new NoWork('starting');
      await lookAtNamespace(connection);
    },
    shutdown,
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && refusals.has(error.code as number);
}

/** Rejects when a worker has failed. Its `run()` never settles then: the SDK goes on waiting for polls that were given up. */
async function untilOneFails(workers: readonly Worker[], over: AbortSignal): Promise<never> {
  for (;;) {
    const failed = workers.find((worker) => worker.getState() === 'FAILED');
    if (failed !== undefined) throw new Error(`the worker of ${failed.options.taskQueue} has failed`);
    await wait(brokenEveryMs, undefined, { signal: over, ref: false });
  }
}

async function createWorker(
  options: WorkersOptions,
  bundle: string,
  connection: NativeConnection,
  queue: QueueName,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: options.namespace,
    taskQueue: queueOf(options.taskQueuePrefix, queue),
    ...(queue === 'orchestrate' ? { workflowBundle: { codePath: bundle } } : {}),
    activities: options.activities[queue],
    ...(options.tracing == null
      ? {}
      : { interceptors: { activity: [...options.tracing.activity] }, sinks: options.tracing.sinks }),
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

import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import proto from '@temporalio/proto';
import { inTraceOf } from '../platform/tracing/span.ts';
import type { NetworkCheckRef } from '../domain/networks/check.ts';
import type { TaskRef, TaskStart } from '../domain/tasks/parts.ts';
import type { UpgradeRef } from '../domain/upgrades/upgrade.ts';
import {
  checkNetworkType,
  controlSignal,
  networkCheckWorkflowId,
  queueOf,
  runTaskType,
  runUpgradeType,
  taskWorkflowId,
  upgradeWorkflowId,
  type QueueName,
} from '../workflows/messages.ts';
import type { ConnectionSettings } from './connectionOptions.ts';
import { createSchedules } from './schedules.ts';

export interface GatewayOptions {
  readonly connection: ConnectionSettings;
  readonly namespace: string;
  readonly taskQueuePrefix: string;
  /** After this long a call is given up; the reconciler does later what it should have done. */
  readonly deadlineMs?: number;
  /** By which a poll is of late; default: this process's clock. */
  readonly now?: () => Date;
  /** Of a process that is traced (tracing.ts). */
  readonly interceptors?: readonly WorkflowClientInterceptor[];
}

/** `missing`: never started, or forgotten; `closed`: it came to an end, whichever. */
export type WorkflowPresence = 'running' | 'closed' | 'missing';

const { TaskQueueType } = proto.temporal.api.enums.v1;
// A poll is noted when it begins and takes a minute when there is no work.
const pollSeconds = 70;
// A killed worker's decision is taken over by another one after this long; the default is 10 s.
const workflowTaskTimeout = '5 seconds';

export type Gateway = ReturnType<typeof createGateway>;

/**
 * The engine in our words. Connects at the first call, and again when the server was away. Every call rejects when
 * Temporal cannot be reached within the deadline.
 */
export function createGateway(options: GatewayOptions) {
  const connection = Connection.lazy(options.connection);
  const { taskQueuePrefix: prefix, deadlineMs = 2_000, now = () => new Date(), interceptors = [] } = options;
  const client = new Client({
    ...{ connection, namespace: options.namespace },
    interceptors: { workflow: [...interceptors] },
  });

  const timely = <T>(call: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + deadlineMs, call);

  const isPolled = async (queue: QueueName): Promise<boolean> => {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: options.namespace,
      taskQueue: { name: queueOf(prefix, queue) },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    });
    const since = now().getTime() / 1_000 - pollSeconds;
    return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) > since);
  };

  const presenceOf = async (workflowId: string): Promise<WorkflowPresence> => {
    try {
      const { status } = await timely(() => client.workflow.getHandle(workflowId).describe());
      return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'running' : 'closed';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'missing';
      throw error;
    }
  };

  return {
    ...createSchedules({ client, prefix, timely }),

    /** Starts the workflow of a check; harmless when it runs, and when the check is over. */
    startNetworkCheck: async ({ checkId, version }: NetworkCheckRef): Promise<void> => {
      const ref = { checkId, version };
      await timely(() =>
        client.workflow.start(checkNetworkType, {
          workflowId: networkCheckWorkflowId(prefix, ref),
          taskQueue: queueOf(prefix, 'orchestrate'),
          args: [ref],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
          workflowTaskTimeout,
          memo: ref,
        }),
      );
    },

    findNetworkCheck: (ref: NetworkCheckRef): Promise<WorkflowPresence> =>
      presenceOf(networkCheckWorkflowId(prefix, ref)),

    /** Tells the upgrade's workflow that its rows have changed, and starts one where none runs. */
    tellUpgrade: async ({ upgradeId }: UpgradeRef): Promise<void> => {
      const ref = { upgradeId };
      await timely(() =>
        client.workflow.signalWithStart(runUpgradeType, {
          workflowId: upgradeWorkflowId(prefix, ref),
          taskQueue: queueOf(prefix, 'orchestrate'),
          args: [ref],
          signal: controlSignal,
          signalArgs: [],
          workflowTaskTimeout,
          memo: ref,
        }),
      );
    },

    findUpgrade: (ref: UpgradeRef): Promise<WorkflowPresence> => presenceOf(upgradeWorkflowId(prefix, ref)),

    /** Starts the task's workflow; harmless when it runs or ran already. Its activities inherit its priority. */
    startTask: async ({ taskId, generation, requestId, priority }: TaskStart): Promise<void> => {
      const ref = { taskId, generation };
      try {
        await timely(() =>
          inTraceOf(requestId, () =>
            client.workflow.start(runTaskType, {
              workflowId: taskWorkflowId(prefix, ref),
              taskQueue: queueOf(prefix, 'orchestrate'),
              args: [ref],
              workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
              workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
              workflowTaskTimeout,
              ...(priority === undefined ? {} : { priority: { priorityKey: priority } }),
              memo: { ...ref, ...(requestId ? { requestId } : {}) },
            }),
          ),
        );
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    /** Tells the task's workflow that its row has changed. False: there is no such workflow to be told. */
    controlTask: async (ref: TaskRef): Promise<boolean> => {
      try {
        await timely(() => client.workflow.getHandle(taskWorkflowId(prefix, ref)).signal(controlSignal));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },

    findTask: (ref: TaskRef): Promise<WorkflowPresence> => presenceOf(taskWorkflowId(prefix, ref)),

    /** Rejects when Temporal does not answer. */
    check: async (): Promise<void> => {
      await timely(() => client.workflowService.describeNamespace({ namespace: options.namespace }));
    },

    /** Rejects when nobody takes work from one of the queues. */
    checkPollers: async (queues: readonly QueueName[]): Promise<void> => {
      const polled = await Promise.all(queues.map((queue) => timely(() => isPolled(queue))));
      const silent = queues.filter((_, index) => polled[index] === false);
      if (silent.length > 0) throw new Error(`no worker polls ${silent.join(' and ')}`);
    },

    /** Rejects when Temporal does not answer. */
    serverVersion: async (): Promise<string> =>
      (await timely(() => client.workflowService.getSystemInfo({}))).serverVersion,

    close: (): Promise<void> => connection.close(),
  };
}

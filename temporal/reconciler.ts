import { setTimeout as wait } from 'node:timers/promises';
import type { TaskRef, TaskStart } from '../domain/tasks/parts.ts';
import type { DesiredState, TaskState } from '../domain/tasks/task.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Gateway } from './gateway.ts';

interface OpenTask extends TaskStart {
  readonly state: TaskState;
  readonly desiredState: DesiredState;
  readonly idleSeconds: number;
}

export interface ReconcilerDeps {
  readonly tasks: {
    asLeader(work: () => Promise<void>): Promise<boolean>;
    list(afterTaskId: number, limit: number): Promise<OpenTask[]>;
    raiseGeneration(ref: TaskRef): Promise<TaskRef | null>;
    figures(): Promise<{
      readonly tasks: readonly { readonly type: number; readonly status: number; readonly count: number }[];
      readonly checkpointAgeSeconds: number;
      readonly outboxAgeSeconds: number;
    }>;
  };
  readonly gateway: Pick<Gateway, 'startTask' | 'controlTask' | 'findTask'>;
  /** Makes Temporal's schedules follow their rows. */
  readonly followSchedules: () => Promise<void>;
  /** Notes the times at which schedules should have run and did not. */
  readonly watchMissedRuns: () => Promise<void>;
  /** Removes files whose rows are gone and that nobody removed; answers how many. */
  readonly sweepFiles: () => Promise<number>;
  /** Adds up the differences that the counts of tasks and errors consist of. */
  readonly mergeCounts: () => Promise<unknown>;
  /** Remembers how far open tasks have come. */
  readonly sampleHistory: () => Promise<void>;
  /** What removals have left; counting is for the leader. */
  readonly sampleWatch: { count(): Promise<void>; publish(): Promise<void> };
  readonly metrics: Pick<Metrics, 'tasks' | 'checkpointAge' | 'outboxAge' | 'reconcilerRepairs'>;
  readonly log: Logger;
  readonly intervalMs: number;
}

const pageSize = 200;
const atOnce = 10;
const figuresEveryMs = 10_000;
const sampleEveryMs = 5_000;
const missedEveryMs = 60_000;
const countEveryMs = 10_000;
// Younger differences between a row and its workflow are just under way.
const patienceSeconds = 2;

/**
 * Makes the engine follow the rows, every few seconds, by one process at a time: starts tasks whose start got lost,
 * starts those again whose workflow is gone or closed although they are not finished, repeats signals that were missed,
 * sweeps files, merges counts, samples progress. Every step is harmless when it happens twice.
 */
export async function runReconciler(deps: ReconcilerDeps, stopping: AbortSignal): Promise<void> {
  let healthy = true;
  let figuresAt = -Infinity;
  let sampledAt = -Infinity;
  let missedAt = -Infinity;
  let countedAt = -Infinity;
  while (!stopping.aborted) {
    try {
      // First: while Temporal is away the rest fails, and it is then that somebody has to see what waits.
      if (performance.now() - figuresAt >= figuresEveryMs) {
        figuresAt = performance.now();
        await publishFigures(deps);
      }
      await deps.tasks.asLeader(async () => {
        if (performance.now() - missedAt >= missedEveryMs) {
          missedAt = performance.now();
          await deps.watchMissedRuns();
        }
        await reconcile(deps);
        if (performance.now() - sampledAt >= sampleEveryMs) {
          sampledAt = performance.now();
          await deps.sampleHistory();
        }
        if (performance.now() - countedAt < countEveryMs) return;
        countedAt = performance.now();
        await deps.sampleWatch.count();
      });
      healthy = true;
    } catch (error) {
      // Said once per outage: Temporal or the database is away, and the next round tries again.
      if (healthy) deps.log.warn({ err: error }, 'the reconciler cannot do its work');
      healthy = false;
    }
    await wait(deps.intervalMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

async function reconcile(deps: ReconcilerDeps): Promise<void> {
  for (let after = 0; ;) {
    const page = await deps.tasks.list(after, pageSize);
    for (let start = 0; start < page.length; start += atOnce) {
      await Promise.all(page.slice(start, start + atOnce).map((task) => reconcileTask(deps, task)));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = last.taskId;
  }
  await deps.followSchedules();
  const swept = await deps.sweepFiles();
  if (swept > 0) deps.metrics.reconcilerRepairs.inc({ kind: 'sample_swept' }, swept);
  await deps.mergeCounts();
}

async function reconcileTask(deps: ReconcilerDeps, task: OpenTask): Promise<void> {
  const presence = await deps.gateway.findTask(task);
  if (presence === 'running') {
    if (task.idleSeconds > patienceSeconds && isWaitedFor(task)) {
      await deps.gateway.controlTask(task);
      repaired(deps, task, 'signal_repeated');
    }
    return;
  }
  if (presence === 'missing' && task.state === 'pending') {
    await deps.gateway.startTask(startOf(task, task));
    repaired(deps, task, 'task_started');
    return;
  }
  if (task.idleSeconds < patienceSeconds) return;
  const next = await deps.tasks.raiseGeneration(task);
  if (next === null) return;
  await deps.gateway.startTask(startOf(next, task));
  repaired(deps, task, presence === 'missing' ? 'workflow_lost' : 'workflow_closed');
}

function startOf({ taskId, generation }: TaskRef, { requestId }: OpenTask): TaskStart {
  return { taskId, generation, requestId: requestId ?? null };
}

/** Whether the row desires what the workflow has not done yet. */
function isWaitedFor({ state, desiredState }: OpenTask): boolean {
  return (
    desiredState === 'cancel' ||
    (desiredState === 'pause' && state !== 'paused') ||
    (desiredState === 'run' && (state === 'pausing' || state === 'paused'))
  );
}

function repaired(deps: ReconcilerDeps, { taskId, generation }: OpenTask, kind: string): void {
  deps.metrics.reconcilerRepairs.inc({ kind });
  deps.log.info({ taskId, generation, repair: kind }, 'a task was set going again');
}

async function publishFigures(deps: ReconcilerDeps): Promise<void> {
  const figures = await deps.tasks.figures();
  deps.metrics.tasks.reset();
  for (const { type, status, count } of figures.tasks) {
    deps.metrics.tasks.set({ type: String(type), status: String(status) }, count);
  }
  deps.metrics.checkpointAge.set(figures.checkpointAgeSeconds);
  deps.metrics.outboxAge.set(figures.outboxAgeSeconds);
  await deps.sampleWatch.publish();
}

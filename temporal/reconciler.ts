import { setTimeout as wait } from 'node:timers/promises';
import type { OpenTask, OpenTasks } from '../db/engine/openTasks.ts';
import type { PartSums } from '../db/engine/partSums.ts';
import type { Turns } from '../db/engine/turns.ts';
import type { Windows } from '../db/engine/windows.ts';
import type { BlockCounts } from '../db/ops/blockCounts.ts';
import type { HistoryStore } from '../db/tasks/historyStore.ts';
import type { TaskRef, TaskStart } from '../domain/tasks/parts.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Admission } from './admission.ts';
import type { Gateway } from './gateway.ts';
import type { SampleWatch } from './sampleWatch.ts';

export interface ReconcilerDeps {
  readonly tasks: OpenTasks;
  readonly gateway: Pick<Gateway, 'startTask' | 'controlTask' | 'findTask'>;
  /** Starts the tasks whose turn it is. */
  readonly startNext: Admission['startNext'];
  readonly isHeldUp: Turns['isHeldUp'];
  /** Makes Temporal's schedules follow their rows. */
  readonly followSchedules: () => Promise<void>;
  /** Starts checks of networks that nobody has started. */
  readonly followNetworkChecks: () => Promise<void>;
  /** Starts workflows of upgrades that nobody has started. */
  readonly followUpgrades: () => Promise<void>;
  /** Pauses or resumes what the switch of the maintenance says, where that was not finished. */
  readonly followMaintenance: () => Promise<void>;
  /** Ends what has waited too long for an approval. */
  readonly expireApprovals: () => Promise<unknown>;
  /** Makes the tasks that end undo windows; answers how many. */
  readonly endUndoWindows: () => Promise<number>;
  /** Notes the times at which schedules should have run and did not. */
  readonly watchMissedRuns: () => Promise<void>;
  /** Removes files whose rows are gone and that nobody removed; answers how many. */
  readonly sweepFiles: () => Promise<number>;
  /** Removes what is too old. */
  readonly sweepOld: () => Promise<void>;
  /** Makes partitions of events for the next days, and drops empty ones. */
  readonly keepEventPartitions: () => Promise<void>;
  /** Moves events of an earlier release into partitions, for some seconds; answers whether there is more to do. */
  readonly moveEvents: () => Promise<boolean>;
  readonly outgrownWindows: Windows['outgrown'];
  readonly mergeCounts: BlockCounts['merge'];
  readonly foldSums: PartSums['fold'];
  readonly sampleHistory: HistoryStore['sample'];
  readonly metrics: Pick<
    Metrics,
    | 'approvalAge'
    | 'approvalsWaiting'
    | 'tasks'
    | 'checkpointAge'
    | 'failedAttempts'
    | 'outboxAge'
    | 'reconcilerRepairs'
  >;
  /** What removals have left; counting is for the leader. */
  readonly sampleWatch: SampleWatch;
  readonly log: Logger;
  readonly intervalMs: number;
  readonly figuresEveryMs?: number;
}

// So many of each kind are looked at in a round, however many there are; the next round goes on behind them.
const looksAtOnce = 50;
const atOnce = 10;
const standardFiguresEveryMs = 10_000;
const sampleEveryMs = 5_000;
const missedEveryMs = 60_000;
const countEveryMs = 10_000;
const sweepOldEveryMs = 3_600_000;
// Younger differences between a row and its workflow are just under way.
const patienceSeconds = 2;
// Its workflow may stand in the queue of a busy Temporal for this long before it takes the task up.
const untakenSeconds = 30;

/**
 * Makes the engine follow the rows, every few seconds, by one process at a time: starts tasks whose turn it is or whose
 * start got lost, starts those again whose workflow is gone or closed although they are not finished, repeats signals
 * that were missed, tells new windows, follows schedules, checks of networks, upgrades and a maintenance, ends undo windows and approvals, sweeps files and what is too old, keeps partitions of events, merges counts, keeps sums, samples progress. No
 * chore waits for another one's success, and every step is harmless when it happens twice.
 */
export async function runReconciler(deps: ReconcilerDeps, stopping: AbortSignal): Promise<void> {
  let healthy = true;
  const { figuresEveryMs = standardFiguresEveryMs } = deps;
  const figures = atMostEvery(figuresEveryMs, figuresPublisher(deps));
  const chores: (() => Promise<unknown>)[] = [
    atMostEvery(missedEveryMs, deps.watchMissedRuns),
    deps.expireApprovals,
    deps.followMaintenance,
    deps.startNext,
    lookThrough(deps, 'overdue'),
    lookThrough(deps, 'all'),
    deps.followSchedules,
    deps.followNetworkChecks,
    deps.followUpgrades,
    deps.endUndoWindows,
    async () => {
      const swept = await deps.sweepFiles();
      if (swept > 0) deps.metrics.reconcilerRepairs.inc({ kind: 'sample_swept' }, swept);
    },
    async () => {
      await Promise.all((await deps.outgrownWindows()).map((task) => deps.gateway.controlTask(task)));
    },
    deps.mergeCounts,
    deps.foldSums,
    atMostEvery(sampleEveryMs, deps.sampleHistory),
    atMostEvery(countEveryMs, () => deps.sampleWatch.count()),
    atMostEvery(sweepOldEveryMs, deps.sweepOld),
    atMostEvery(sweepOldEveryMs, deps.keepEventPartitions),
    deps.moveEvents,
  ];
  while (!stopping.aborted) {
    try {
      // First: while Temporal is away the rest fails, and it is then that somebody has to see what waits.
      await figures();
      await deps.tasks.asLeader(async () => {
        const ended = await Promise.allSettled(chores.map((chore) => chore()));
        for (const end of ended) if (end.status === 'rejected') throw end.reason;
      });
      healthy = true;
    } catch (error) {
      // Said once per outage: Temporal or the database is away, and the next round tries again.
      if (healthy) deps.log.warn({ err: error }, 'the reconciler failed');
      healthy = false;
    }
    await wait(deps.intervalMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

function atMostEvery(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let lastAt = -Infinity;
  return async () => {
    if (performance.now() - lastAt < everyMs) return;
    lastAt = performance.now();
    await work();
  };
}

/** Looks at some tasks at each call, and begins again behind the last one. */
function lookThrough(deps: ReconcilerDeps, which: 'overdue' | 'all'): () => Promise<void> {
  let after = 0;
  return async () => {
    const page = await deps.tasks.list(which, after, looksAtOnce);
    after = page.length < looksAtOnce ? 0 : (page.at(-1)?.taskId ?? 0);
    for (let start = 0; start < page.length; start += atOnce) {
      await Promise.all(page.slice(start, start + atOnce).map((task) => reconcileTask(deps, task)));
    }
  };
}

async function reconcileTask(deps: ReconcilerDeps, task: OpenTask): Promise<void> {
  const presence = await deps.gateway.findTask(task);
  if (presence === 'running') {
    const isUntaken = task.state === 'pending' && task.idleSeconds > untakenSeconds;
    if (isUntaken || (task.idleSeconds > patienceSeconds && isWaitedFor(task))) {
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

function startOf({ taskId, generation }: TaskRef, { requestId, priority }: OpenTask): TaskStart {
  return {
    taskId,
    generation,
    requestId: requestId ?? null,
    ...(priority === undefined ? {} : { priority }),
  };
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
  deps.log.info({ taskId, generation, repair: kind }, 'a task was restarted');
}

function figuresPublisher({ tasks, isHeldUp, sampleWatch, metrics }: ReconcilerDeps): () => Promise<void> {
  let heldUpSince: number | null = null;
  return async () => {
    const [figures, heldUp] = await Promise.all([tasks.figures(), isHeldUp()]);
    metrics.tasks.reset();
    for (const { type, status, count } of figures.tasks) {
      metrics.tasks.set({ type: String(type), status: String(status) }, count);
    }
    metrics.checkpointAge.set(figures.checkpointAgeSeconds);
    metrics.failedAttempts.set(figures.failedAttempts);
    metrics.approvalsWaiting.set(figures.approvalsWaiting);
    metrics.approvalAge.set(figures.approvalAgeSeconds);
    // Whoever waits for a place waits rightly, until there is one.
    heldUpSince = heldUp ? (heldUpSince ?? performance.now()) : null;
    const heldUpSeconds = heldUpSince === null ? 0 : (performance.now() - heldUpSince) / 1_000;
    metrics.outboxAge.set(Math.max(figures.outboxAgeSeconds, heldUpSeconds));
    await sampleWatch.publish();
  };
}

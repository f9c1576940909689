import { ApplicationFailure } from '@temporalio/common';
import type { Context } from '@temporalio/activity';
import type { PartStore } from '../db/engine/partStore.ts';
import type { TaskLifecycle } from '../db/engine/taskLifecycle.ts';
import type { TaskAnnouncer } from '../db/tasks/taskAnnouncer.ts';
import { DomainError } from '../domain/errors.ts';
import { defaultErrorBudget, isOverErrorBudget, type TaskFailure } from '../domain/tasks/books.ts';
import type { ClaimedPart, Committed, PartRef } from '../domain/tasks/parts.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { inSpan } from '../platform/tracing/span.ts';
import { attempt } from './attempt.ts';
import { finalFailureOf, toFailure } from './failures.ts';
import { createPacing, type Pacing } from './pacing.ts';

export interface PartDeps {
  readonly claims: PartStore;
  /** What went wrong, in words for people. */
  readonly explain: (error: unknown) => TaskFailure;
  readonly sums: TaskLifecycle['sums'];
  /** A batch is committed: whoever watches the task may look. */
  readonly announce: TaskAnnouncer['announce'];
  readonly metrics: Pick<Metrics, 'partDuration' | 'partRetries' | 'batchDuration' | 'taskObjects'>;
  readonly log: Pick<Logger, 'warn'>;
  /** Lends the part's slot in this process to others while it only waits. */
  readonly whileResting: <T>(kind: 'gc' | 'extract', wait: () => Promise<T>) => Promise<T>;
  /** For each second of work, so many seconds of rest, since the database falls behind. */
  readonly restPerWork: () => number;
  /** Fires when the process is to stop: parts are given back at their next batch. */
  readonly stopping: AbortSignal;
  readonly batchTargetMs: Readonly<Record<'gc' | 'extract', number>>;
}

/** `done`: every object of the part is accounted for. `stopped`: the task's row says why. */
export type PartAnswer = 'done' | 'stopped';

/** Objects a batch dealt with, and whether the part is finished with it. */
export interface BatchReport {
  readonly objects: number;
  /** Those of them that could not be dealt with. */
  readonly failed: number;
  readonly elapsedMs: number;
  readonly finished: boolean;
}

/** Commits the part's next batch, of at most `most` objects. */
export type CommitNext = (part: ClaimedPart, most: number) => Promise<Committed<BatchReport>>;

/**
 * The frame of every part: claim, batches until none is left, give back or finish. `openPart` prepares the kind's own
 * work and answers a function that commits the next batch each time it is called. The signal `left` fires when the
 * part is left, so that work which was prepared for a later batch is dropped; `stop` as soon as the part shall be given
 * back, so that a batch that waits for somebody else ends early.
 */
export async function runPart(
  deps: PartDeps,
  kind: 'gc' | 'extract',
  partRef: PartRef,
  openPart: (part: ClaimedPart, left: AbortSignal, stop: AbortSignal) => CommitNext,
): Promise<PartAnswer> {
  return attempt(async (context) => {
    if (context.info.attempt > 1) deps.metrics.partRetries.inc({ type: kind });
    const claiming = await deps.claims.claim(partRef, claimOf(context, partRef));
    if (claiming.kind !== 'claimed') return claiming.kind === 'done' ? 'done' : 'stopped';
    const control = await deps.claims.readControl(partRef.ref);
    if (control === null) return 'stopped';
    const left = new AbortController();
    const stop = AbortSignal.any([deps.stopping, context.cancellationSignal]);
    const observe = deps.metrics.partDuration.startTimer({ type: kind });
    try {
      const answer = await runBatches(
        deps,
        kind,
        claiming.part,
        stop,
        createPacing(() => deps.claims.readControl(partRef.ref), control, stop, deps.restPerWork),
        openPart(claiming.part, left.signal, stop),
      );
      if (answer === 'done') await checkErrorBudget(deps, claiming.part);
      observe({ outcome: answer });
      return answer;
    } catch (error) {
      observe({ outcome: 'failed' });
      const failure = finalFailureOf(toFailure(error, context.info.attempt));
      if (failure !== null) await deps.claims.fail(partRef, failure);
      else if (!stop.aborted) await keepFailure(deps, claiming.part, error);
      throw error;
    } finally {
      left.abort();
    }
  });
}

const lookAtBudgetEveryMs = 5_000;

async function runBatches(
  deps: PartDeps,
  kind: 'gc' | 'extract',
  claimed: ClaimedPart,
  stop: AbortSignal,
  pacing: Pacing,
  commitNext: CommitNext,
): Promise<PartAnswer> {
  let part = claimed;
  let budgetLookedAt = performance.now();
  for (;;) {
    if (stop.aborted) {
      await deps.claims.giveBack(part, { outcome: 'given_back', rests: false });
      throw ApplicationFailure.create({
        message: 'the worker is stopping; another one continues the subtask',
        type: 'WorkerStopping',
        nextRetryDelay: 200,
      });
    }
    const startedAt = performance.now();
    const answer = await tracedBatch(kind, part, () => commitNext(part, pacing.most())).catch(
      (error: unknown) => {
        // The batch ended early because it was to stop: the part is given back.
        if (stop.aborted) return null;
        throw error;
      },
    );
    if (answer === null) continue;
    if (answer.kind !== 'committed') return 'stopped';
    const { result, control } = answer;
    part = answer.part;
    deps.announce(part.task.taskId);
    deps.metrics.batchDuration.observe({ type: kind }, result.elapsedMs / 1_000);
    // The last batch has its time too: else each part would begin with objects for nothing.
    pacing.count(startedAt, result.objects, control);
    if (pacing.isEarly()) await deps.whileResting(kind, pacing.rest);
    if (result.finished) return 'done';
    // Where all objects fail, each is a batch of its own: a part would go on for hours.
    if (result.failed > 0 && performance.now() - budgetLookedAt > lookAtBudgetEveryMs) {
      budgetLookedAt = performance.now();
      await checkErrorBudget(deps, part);
    }
  }
}

function tracedBatch(
  kind: 'gc' | 'extract',
  { task, partNo }: ClaimedPart,
  commit: () => ReturnType<CommitNext>,
): ReturnType<CommitNext> {
  const attributes = { 'luna.task_id': task.taskId, 'luna.part_no': partNo };
  return inSpan(`batch ${kind}`, { attributes }, async (span) => {
    const answer = await commit();
    if (answer.kind === 'committed') {
      span.setAttributes({ 'luna.objects': answer.result.objects, 'luna.failed': answer.result.failed });
    }
    return answer;
  });
}

/** What keeps an attempt from going on is told while the next one is waited for. */
async function keepFailure(deps: PartDeps, part: ClaimedPart, error: unknown): Promise<void> {
  try {
    await deps.claims.giveBack(part, { outcome: 'failed', failure: deps.explain(error) });
    deps.announce(part.task.taskId);
  } catch (unkept) {
    // The database is away itself: the next attempt finds that this one ended without a word.
    const { taskId } = part.task;
    deps.log.warn(
      { err: unkept, taskId, partNo: part.partNo },
      'the end of an attempt could not be recorded',
    );
  }
}

/** Told apart from every other attempt, also from those of an earlier generation or run. */
function claimOf({ info }: Context, { ref, partNo }: PartRef): string {
  const run = info.workflowExecution?.runId ?? 'none';
  return `${ref.generation}:${run}:${partNo}:${info.activityId}:${info.attempt}`;
}

async function checkErrorBudget(deps: PartDeps, { task }: ClaimedPart): Promise<void> {
  if (!isOverErrorBudget(await deps.sums(task.taskId), task.errorBudget)) return;
  // No count: batches under way are committed after this one, and the task's counters tell them all.
  const percent = Number(((task.errorBudget ?? defaultErrorBudget) * 100).toFixed(2));
  throw new DomainError('errorBudgetSpent', `more than ${percent} %`);
}

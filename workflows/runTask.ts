import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import { bookkeeping } from './activityOptions.ts';
import { failureOf } from './failureOf.ts';
import { controlSignal } from './messages.ts';
import { type ControlSignals, runParts, type Verdict } from './runParts.ts';

// What the rows say and what the run believes may differ for as long as a database is being restored.
const beforeAnotherLook = '1 second';

const lifecycle = proxyActivities<Activities['orchestrate']>(bookkeeping);

/**
 * A task's life: load → plan and run its parts → collect → finish. Everything that must survive is in the task's
 * rows; this workflow only decides what happens next, so it can be started again from nothing at any time.
 */
export async function runTask(ref: TaskRef): Promise<void> {
  const signals: ControlSignals = { received: 0 };
  setHandler(controlSignal, () => {
    signals.received += 1;
  });

  let verdict: Verdict;
  try {
    verdict = await runParts(ref, signals);
    if (verdict.kind === 'complete') await lifecycle.collectTask(ref);
  } catch (error) {
    verdict = isCancellation(error) ? { kind: 'cancelled' } : { kind: 'failed', cause: error };
  }

  switch (verdict.kind) {
    case 'gone':
      return;
    case 'renew':
      if (verdict.isStale) await sleep(beforeAnotherLook);
      return continueAsNew<typeof runTask>(ref);
    case 'complete': {
      const ending = await finish(ref, { outcome: 'done' });
      // A release that answered nothing ended the task in any case.
      if (ending !== 'unfinished') return;
      await sleep(beforeAnotherLook);
      return continueAsNew<typeof runTask>(ref);
    }
    case 'cancelled':
      await finish(ref, { outcome: 'cancelled' });
      return;
    case 'failed':
      await finish(ref, { outcome: 'failed', failure: failureOf(verdict.cause, 'workflowFailed') });
      throw verdict.cause;
  }
}

/** The last word must be written even when the workflow itself is being cancelled. */
function finish(
  ref: TaskRef,
  end: Parameters<typeof lifecycle.finishTask>[0]['end'],
): ReturnType<typeof lifecycle.finishTask> {
  return CancellationScope.nonCancellable(() => lifecycle.finishTask({ ref, end }));
}

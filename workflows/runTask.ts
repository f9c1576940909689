import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import { bookkeeping } from './activityOptions.ts';
import { failureOf } from './failureOf.ts';
import { controlSignal } from './messages.ts';
import { runParts, type Mailbox, type Verdict } from './runParts.ts';

const books = proxyActivities<Activities['orchestrate']>(bookkeeping);

/**
 * A task's life: load → plan and run its parts → collect → finish. Everything that must survive is in the task's
 * rows; this workflow only decides what happens next, so it can be started again from nothing at any time.
 */
export async function runTask(ref: TaskRef): Promise<void> {
  const mailbox: Mailbox = { letters: 0 };
  setHandler(controlSignal, () => {
    mailbox.letters += 1;
  });

  let verdict: Verdict;
  try {
    verdict = await runParts(ref, mailbox);
    if (verdict.kind === 'complete') await books.collectTask(ref);
  } catch (error) {
    verdict = isCancellation(error) ? { kind: 'cancelled' } : { kind: 'failed', cause: error };
  }

  switch (verdict.kind) {
    case 'gone':
      return;
    case 'renew':
      return continueAsNew<typeof runTask>(ref);
    case 'complete':
      return finish(ref, { outcome: 'done' });
    case 'cancelled':
      return finish(ref, { outcome: 'cancelled' });
    case 'failed':
      await finish(ref, { outcome: 'failed', failure: failureOf(verdict.cause) });
      throw verdict.cause;
  }
}

/** The last word must be written even when the workflow itself is being cancelled. */
async function finish(ref: TaskRef, end: Parameters<typeof books.finishTask>[0]['end']): Promise<void> {
  await CancellationScope.nonCancellable(() => books.finishTask({ ref, end }));
}

import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { UpgradeRef } from '../domain/upgrades/upgrade.ts';
import { bookkeeping, inquiry } from './activityOptions.ts';
import { failureOf } from './failureOf.ts';
import { controlSignal, siblingQueue } from './messages.ts';

const rows = proxyActivities<Activities['orchestrate']>(bookkeeping);

/**
 * An upgrade from its first step to its last: what comes next is read from its rows, again and again. A signal says
 * that somebody has changed them; it ends what is waited for.
 */
export async function runUpgrade(ref: UpgradeRef): Promise<void> {
  let signals = 0;
  setHandler(controlSignal, () => {
    signals += 1;
  });
  for (;;) {
    const seen = signals;
    const isTold = () => signals !== seen;
    const next = await rows.advanceUpgrade(ref);
    if (next.kind === 'over') return;
    if (next.kind === 'wait') await condition(isTold, next.seconds * 1_000);
    if (next.kind === 'inquire') await inquire(next, isTold);
    if (workflowInfo().continueAsNewSuggested && !isTold()) return continueAsNew<typeof runUpgrade>(ref);
  }
}

/** Has a worker find something out for a step, unless the rows are changed meanwhile. */
async function inquire(
  { upgradeId, stepNo, inquiry: what }: Parameters<typeof rows.failInquiry>[0]['ref'],
  isTold: () => boolean,
): Promise<void> {
  const ref = { upgradeId, stepNo, inquiry: what };
  const scope = new CancellationScope();
  let isOver = false;
  const work = scope
    .run(() =>
      what === 'trial' ? workersOf('extract').trySamples(ref) : workersOf('orchestrate').verifyUpgrade(ref),
    )
    .catch((error: unknown) => {
      if (isCancellation(error) && scope.consideredCancelled) return;
      return rows.failInquiry({ ref, failure: failureOf(error, 'upgradeStepFailed') });
    })
    .finally(() => {
      isOver = true;
    });
  await condition(() => isOver || isTold());
  scope.cancel();
  await work;
}

function workersOf<Queue extends 'extract' | 'orchestrate'>(queue: Queue) {
  return proxyActivities<Activities[Queue]>({
    ...inquiry,
    taskQueue: siblingQueue(workflowInfo().taskQueue, queue),
  });
}

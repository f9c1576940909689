import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { NetworkCheckRef } from '../domain/networks/check.ts';
import { bookkeeping, networkCheck } from './activityOptions.ts';
import { failureOf } from './failureOf.ts';
import { siblingQueue } from './messages.ts';

const rows = proxyActivities<Activities['orchestrate']>(bookkeeping);

/** One check of a version's networks, on a worker that has them; why it came to no report is written into its row. */
export async function checkNetwork(ref: NetworkCheckRef): Promise<void> {
  const workers = proxyActivities<Activities['extract']>({
    ...networkCheck,
    taskQueue: siblingQueue(workflowInfo().taskQueue, 'extract'),
  });
  try {
    await workers.checkNetwork(ref);
  } catch (error) {
    await CancellationScope.nonCancellable(() =>
      rows.failNetworkCheck({ checkId: ref.checkId, failure: failureOf(error, 'checkFailed') }),
    );
  }
}

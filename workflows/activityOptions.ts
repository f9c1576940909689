import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';

const retry = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '60 seconds' } as const;

// Every activity beats by itself every 2 s: three beats may get lost on a busy machine before it counts as dead.
const heartbeatTimeout = '7 seconds';

/** Bookkeeping: short transactions, tried until they succeed; only a non-retryable failure ends them. */
export const bookkeeping: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout,
  retry,
};

/**
 * One part. A cancel does not wait for its answer: the batch's fence, not the activity, guarantees that nothing is
 * done after the task's end is written (docs/decisions/0010).
 */
export const part: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout,
  // A killed worker's part waits this long on top of the heartbeat timeout.
  retry: { ...retry, initialInterval: '500 milliseconds' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
};

/**
 * A report for a step of an upgrade: some hundred samples through a network, or counts over all objects. It may be
 * begun again a few times; after that somebody has to look why it does not end.
 */
export const inquiry: ActivityOptions = {
  startToCloseTimeout: '2 hours',
  heartbeatTimeout,
  retry: { ...retry, maximumAttempts: 10 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  priority: { priorityKey: 1 },
};

/**
 * A check of a version's networks takes a minute, after those of other versions. Attempts are counted by its row: only
 * those that were begun count, however long a database is away. It goes before parts, of which each lasts longer.
 */
export const networkCheck: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout,
  retry,
  priority: { priorityKey: 1 },
};

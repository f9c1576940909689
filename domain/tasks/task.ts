/** Task types of the contract; 4 and 5 can be created here. */
export const taskTypes = { gc: 4, additionalExtract: 5 } as const;
export type TaskType = (typeof taskTypes)[keyof typeof taskTypes];

/** Where a task stands; shown as it is, and mapped to the contract's `task_status` by {@link taskStatusOf}. */
export const taskStates = [
  'awaiting_approval',
  'pending',
  'planning',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'collecting',
  'cancelled',
  'failed',
  'done',
] as const;
export type TaskState = (typeof taskStates)[number];

/** What the admin wants of a task; written first, then signalled. */
export type DesiredState = 'run' | 'pause' | 'cancel';

export const partStates = ['pending', 'running', 'cancelled', 'failed', 'done'] as const;
export type PartState = (typeof partStates)[number];

const statuses: Record<TaskState, number> = {
  awaiting_approval: 0,
  pending: 0,
  planning: 1,
  running: 1,
  pausing: 1,
  paused: 1,
  cancelling: 1,
  cancelled: 2,
  failed: 3,
  collecting: 4,
  done: 5,
};

export function taskStatusOf(state: TaskState): number {
  return statuses[state];
}

/** A final state is left only by a retry, which raises the generation. */
export function isFinal(state: TaskState): state is 'cancelled' | 'failed' | 'done' {
  return state === 'cancelled' || state === 'failed' || state === 'done';
}

/**
 * What a retry does again: objects that failed, or those of them that have one error; subtasks that did not end; or
 * both. What is done is never done again.
 */
export type RetryScope = 'failed' | 'unfinished' | 'all' | { readonly errorCode: number };

/** Whom to tell of a task's statuses, and which of them. */
export interface NotificationPolicy {
  readonly url: string;
  /** Of the contract's task_status. */
  readonly statuses: readonly number[];
  /** The name, among the service's settings, of the secret that signs. */
  readonly secret: string;
}

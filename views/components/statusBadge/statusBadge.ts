import type { PartState, TaskState } from '../../../domain/tasks/task.ts';

export type Tone = 'neutral' | 'active' | 'waiting' | 'good' | 'bad';

export interface StatusBadge {
  readonly text: string;
  readonly tone: Tone;
  /** Something is going on at this moment: the dot beats. */
  readonly lively: boolean;
}

const badges: Record<TaskState, StatusBadge> = {
  awaiting_approval: { text: 'Awaiting approval', tone: 'waiting', lively: false },
  pending: { text: 'Pending', tone: 'neutral', lively: false },
  planning: { text: 'Planning', tone: 'active', lively: true },
  running: { text: 'Running', tone: 'active', lively: true },
  pausing: { text: 'Pausing', tone: 'waiting', lively: true },
  paused: { text: 'Paused', tone: 'waiting', lively: false },
  cancelling: { text: 'Cancelling', tone: 'waiting', lively: true },
  collecting: { text: 'Collecting results', tone: 'active', lively: true },
  cancelled: { text: 'Cancelled', tone: 'neutral', lively: false },
  failed: { text: 'Failed', tone: 'bad', lively: false },
  done: { text: 'Done', tone: 'good', lively: false },
};

const doneWithErrors: StatusBadge = { text: 'Done with errors', tone: 'waiting', lively: false };

export function statusBadge(state: TaskState, objectsFailed = 0): StatusBadge {
  return state === 'done' && objectsFailed > 0 ? doneWithErrors : badges[state];
}

/** A part waits for its turn or for the task to go on, and may have begun; a task is only pending before it has. */
export function partBadge(state: PartState, objectsFailed: number): StatusBadge {
  return state === 'pending' ? { ...badges.pending, text: 'Waiting' } : statusBadge(state, objectsFailed);
}

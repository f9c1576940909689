import type { PartState, TaskState } from '../../../domain/tasks/task.ts';

export type Tone = 'neutral' | 'active' | 'waiting' | 'good' | 'bad';

export interface StatusBadge {
  readonly text: string;
  readonly tone: Tone;
  /** Something is going on at this moment: the dot beats. */
  readonly lively: boolean;
}

const badges: Record<TaskState, StatusBadge> = {
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

export function statusBadge(state: TaskState | PartState): StatusBadge {
  return badges[state];
}

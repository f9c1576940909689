import type { TaskState } from './task.ts';

/** What a state may be followed by, as docs/architecture.md draws it. */
export const nextStates: Readonly<Record<TaskState, readonly TaskState[]>> = {
  pending: ['planning', 'paused', 'cancelled'],
  planning: ['running', 'pausing', 'cancelling', 'failed'],
  running: ['pausing', 'cancelling', 'collecting', 'failed'],
  pausing: ['planning', 'running', 'paused', 'cancelling', 'collecting', 'failed'],
  paused: ['pending', 'planning', 'running', 'cancelling', 'cancelled'],
  cancelling: ['cancelled'],
  collecting: ['planning', 'running', 'cancelling', 'failed', 'done'],
  cancelled: ['pending'],
  failed: ['pending'],
  done: ['pending'],
};

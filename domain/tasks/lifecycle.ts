import { DomainError } from '../errors.ts';
import { type DesiredState, isFinal, type TaskState } from './task.ts';

export type ControlAction = 'cancel' | 'pause' | 'resume';

export interface ControlledTask {
  readonly state: TaskState;
  readonly desiredState: DesiredState;
  /** False: it has not had its turn yet, and nothing of it is in the engine. */
  readonly isAdmitted?: boolean;
}

/**
 * What a task becomes when an admin acts on it. Repeating an action that is already under way changes nothing.
 * @throws DomainError cannotCancel | cannotPause when the state does not allow the action.
 */
export function applyControl(task: ControlledTask, action: ControlAction): ControlledTask {
  switch (action) {
    case 'cancel':
      return cancel(task);
    case 'pause':
      return pause(task);
    case 'resume':
      return resume(task);
  }
}

function cancel(task: ControlledTask): ControlledTask {
  if (isFinal(task.state)) throw new DomainError('cannotCancel', `the task is ${task.state}`);
  // Nothing runs yet: no workflow has to be waited for, and none has to be there.
  if (task.state === 'awaiting_approval' || task.state === 'pending' || isUnstarted(task)) {
    return { state: 'cancelled', desiredState: 'cancel' };
  }
  return { state: 'cancelling', desiredState: 'cancel' };
}

function pause(task: ControlledTask): ControlledTask {
  if (task.state === 'pausing' || task.state === 'paused')
    return { state: task.state, desiredState: 'pause' };
  if (task.state === 'pending') return { state: 'paused', desiredState: 'pause' };
  if (task.state === 'planning' || task.state === 'running')
    return { state: 'pausing', desiredState: 'pause' };
  throw new DomainError('cannotPause', `the task is ${task.state}`);
}

function resume(task: ControlledTask): ControlledTask {
  if (isUnstarted(task)) return { state: 'pending', desiredState: 'run' };
  // The state follows when the workflow takes notice; until then the reconciler sees that it has not.
  if (task.state === 'paused' || task.state === 'pausing') return { state: task.state, desiredState: 'run' };
  if (task.state === 'pending' || task.state === 'planning' || task.state === 'running') return task;
  throw new DomainError('cannotPause', `the task is ${task.state}`);
}

/** Paused before its turn came: it goes back to where it waited, or ends without anybody's doing. */
function isUnstarted({ state, isAdmitted }: ControlledTask): boolean {
  return state === 'paused' && isAdmitted === false;
}

/** @throws DomainError cannotRetry unless the task is final. */
export function checkRetry(task: { readonly state: TaskState }): void {
  if (!isFinal(task.state)) throw new DomainError('cannotRetry', `the task is ${task.state}`);
}

/** @throws DomainError cannotPause when nothing is left that could go slower. */
export function checkThrottle(task: { readonly state: TaskState }): void {
  if (isFinal(task.state)) throw new DomainError('cannotPause', `the task is ${task.state}`);
}

/** @throws DomainError stillRunning unless the task is final. */
export function checkRemoval(task: { readonly state: TaskState }): void {
  if (!isFinal(task.state))
    throw new DomainError('stillRunning', `the task is ${task.state}; cancel it first`);
}

/** What a state may be followed by, as docs/architecture.md draws it. */
export const nextStates: Readonly<Record<TaskState, readonly TaskState[]>> = {
  awaiting_approval: ['pending', 'paused', 'cancelled'],
  pending: ['planning', 'paused', 'cancelled'],
  planning: ['running', 'pausing', 'cancelling', 'failed'],
  running: ['pausing', 'cancelling', 'collecting', 'failed'],
  pausing: ['planning', 'running', 'paused', 'cancelling', 'collecting', 'failed'],
  paused: ['pending', 'planning', 'running', 'cancelling', 'cancelled'],
  cancelling: ['cancelled'],
  collecting: ['planning', 'running', 'cancelling', 'failed', 'done'],
  cancelled: ['pending', 'awaiting_approval'],
  failed: ['pending', 'awaiting_approval'],
  done: ['pending', 'awaiting_approval'],
};

export const bulkActions = ['pause', 'resume', 'throttle', 'cancel', 'retry', 'remove'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** What decides whether an action is for a task. */
export interface TaskKind {
  readonly state: TaskState;
  readonly hasFailed: boolean;
  /** By a maintenance. */
  readonly isHeld: boolean;
}

/** Whether an action on many tasks is for one of this kind: what a repetition would not change is left out too. */
export function isForTask(action: BulkAction, { state, hasFailed, isHeld }: TaskKind): boolean {
  switch (action) {
    case 'pause':
      return isHeld || state === 'pending' || state === 'planning' || state === 'running';
    case 'resume':
      return isHeld || state === 'paused' || state === 'pausing';
    case 'throttle':
    case 'cancel':
      return !isFinal(state) && state !== 'cancelling';
    case 'retry':
      return state === 'cancelled' || state === 'failed' || (state === 'done' && hasFailed);
    case 'remove':
      return isFinal(state);
  }
}

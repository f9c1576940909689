import { isFinal, type TaskState } from './task.ts';

export const bulkActions = ['cancel', 'retry', 'remove'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** Whether an action on many tasks is for one in this state: what a repetition would not change is left out too. */
export function isForTask(action: BulkAction, state: TaskState, hasFailedObjects: boolean): boolean {
  switch (action) {
    case 'cancel':
      return !isFinal(state) && state !== 'cancelling';
    case 'retry':
      return state === 'cancelled' || state === 'failed' || (state === 'done' && hasFailedObjects);
    case 'remove':
      return isFinal(state);
  }
}

import { isFinal, type TaskState } from '../../../domain/tasks/task.ts';
import type { Confirm } from '../../components/confirm/confirm.ts';
import { paths, type TaskAction } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';

export interface TaskControls {
  readonly buttons: readonly { readonly text: string; readonly action: string; readonly strong: boolean }[];
  readonly confirms: readonly Confirm[];
  readonly result: string | null;
  /** Said instead of buttons while what was asked for is on its way. */
  readonly note: string | null;
}

/** What can be done with a task now: the same rules as the API's, so that no button ends in a refusal. */
export function taskControls(task: TaskShape): TaskControls {
  return {
    buttons: buttons(task),
    confirms: confirms(task),
    result: task.state === 'done' && task.result_id !== null ? paths.taskResult(task.task_id) : null,
    note: note(task.state),
  };
}

function buttons(task: TaskShape): TaskControls['buttons'] {
  const button = (text: string, action: TaskAction, strong = false) => ({
    text,
    action: paths.taskAction(task.task_id, action),
    strong,
  });
  switch (task.state) {
    case 'pending':
    case 'planning':
    case 'running':
      return [button('Pause', 'pause')];
    case 'pausing':
    case 'paused':
      return [button('Resume', 'resume', true)];
    case 'cancelled':
    case 'failed':
      return [button('Retry', 'retry', true)];
    case 'done':
      return task.progress.objects_failed > 0 ? [button('Retry what failed', 'retry', true)] : [];
    case 'cancelling':
    case 'collecting':
      return [];
  }
}

function confirms(task: TaskShape): Confirm[] {
  if (isFinal(task.state)) {
    return [
      {
        text: 'Delete…',
        consequence: 'The task goes with its parts, its errors and its result. What it has done stays done.',
        action: paths.taskAction(task.task_id, 'remove'),
        button: 'Delete the task',
      },
    ];
  }
  if (task.state === 'cancelling') return [];
  return [
    {
      text: 'Cancel…',
      consequence:
        'The running parts stop after their current batch. What is done stays done; the rest can be retried later.',
      action: paths.taskAction(task.task_id, 'cancel'),
      button: 'Cancel the task',
    },
  ];
}

function note(state: TaskState): string | null {
  if (state === 'cancelling') return 'The running parts are being stopped.';
  if (state === 'pausing') return 'The running parts finish their current batch.';
  if (state === 'pending') return 'Waits for the engine to take it.';
  return null;
}

import { formatRate } from '../../assets/words.js';
import { isFinal, taskTypes, type TaskState } from '../../../domain/tasks/task.ts';
import type { Confirm } from '../../components/confirm/confirm.ts';
import { textField, type Typed } from '../../components/field/field.ts';
import { paths, type TaskAction } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';

export interface TaskControls {
  readonly buttons: readonly { readonly text: string; readonly action: string; readonly strong: boolean }[];
  readonly confirms: readonly Confirm[];
  /** Forms that are filled in with what the task does. */
  readonly links: readonly { readonly text: string; readonly href: string }[];
  readonly result: string | null;
  /** What is on its way, or what the buttons would do. */
  readonly note: string | null;
}

/** What can be done with a task now: the same rules as the API's, so that no button ends in a refusal. */
export function taskControls(task: TaskShape, rateLimit: number | null, typed: Typed): TaskControls {
  return {
    buttons: buttons(task),
    confirms:
      isFinal(task.state) || task.state === 'cancelling'
        ? confirms(task)
        : [throttle(task, rateLimit, typed), ...confirms(task)],
    links: links(task),
    result: task.state === 'done' && task.result_id !== null ? paths.taskResult(task.task_id) : null,
    note: task.held_by_maintenance ? heldNote : note(task.state),
  };
}

/** Nobody orders by a form what puts back or purges what another task removed. */
function links({ task_id: from, task_type: type, content, state }: TaskShape): TaskControls['links'] {
  const isOfForm = type === taskTypes.additionalExtract || (type === taskTypes.gc && !('of' in content));
  if (!isOfForm) return [];
  const hasFailed = state === 'failed' || state === 'cancelled';
  return [
    ...(hasFailed
      ? [{ text: 'Edit and retry', href: paths.newTask(undefined, { from, retry: 'yes' }) }]
      : []),
    { text: 'Duplicate', href: paths.newTask(undefined, { from }) },
    { text: 'Make a schedule', href: paths.newSchedule(undefined, { from }) },
  ];
}

const heldNote = 'Held by the maintenance: it continues when that ends, or when you resume it.';

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
      return [
        ...(task.held_by_maintenance ? [button('Resume', 'resume', true)] : []),
        button('Pause', 'pause'),
      ];
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

const noLimit = 251;

function throttle(task: TaskShape, rateLimit: number | null, { values, faults }: Typed): Confirm {
  const set = rateLimit === null ? {} : { objects_per_second: String(rateLimit) };
  return {
    text: rateLimit === null ? 'Throttle…' : `Throttled to ${formatRate(rateLimit)}…`,
    consequence:
      'All subtasks together go no faster than this, from their next batch on. Empty lifts the limit.',
    action: paths.taskAction(task.task_id, 'throttle'),
    button: 'Set the throttle',
    isHarmless: true,
    leave: paths.task(task.task_id),
    field: textField({ values: { ...set, ...values }, faults }, 'objects_per_second', 'Objects per second', {
      kind: 'number',
      isFirst: true,
    }),
    slider: {
      label: 'Throttle',
      // Fifty steps make ten times as many; a thousand times a hundred is more than any task does.
      place: rateLimit === null ? noLimit : Math.min(noLimit - 1, Math.round(50 * Math.log10(rateLimit))),
      end: noLimit,
      words: rateLimit === null ? 'no limit' : `${rateLimit} per second`,
    },
  };
}

function confirms(task: TaskShape): Confirm[] {
  if (isFinal(task.state)) {
    return [
      ...(task.undo?.state === 'available' ? [undoConfirm(task)] : []),
      {
        text: 'Delete…',
        consequence: `The task goes with its subtasks, its errors and its result. ${task.rehearsal ? 'It has changed nothing.' : 'What it has done stays done.'}`,
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
        'The running subtasks stop after their current batch. What is done stays done; the rest can be retried later.',
      action: paths.taskAction(task.task_id, 'cancel'),
      button: 'Cancel the task',
    },
  ];
}

function undoConfirm(task: TaskShape): Confirm {
  return {
    text: 'Undo…',
    consequence:
      'A new task puts back all that this one has removed. What exists again meanwhile is left as it is.',
    action: paths.taskAction(task.task_id, 'undo'),
    button: 'Put it back',
    isHarmless: true,
  };
}

function note(state: TaskState): string | null {
  switch (state) {
    case 'pending':
      return 'Waits for the engine to take it.';
    case 'planning':
    case 'running':
      return 'A pause lets the running subtasks finish their batch; nothing is lost.';
    case 'pausing':
      return 'The running subtasks finish their current batch.';
    case 'paused':
      return 'Goes on where it was when it is resumed.';
    case 'cancelling':
      return 'The running subtasks are being stopped.';
    case 'cancelled':
    case 'failed':
      return 'A retry does what failed and what did not end; what is done is not done again.';
    case 'collecting':
    case 'done':
      return null;
  }
}

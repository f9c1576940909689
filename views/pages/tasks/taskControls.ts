import { formatRate } from '../../assets/words.js';
import { neededFor, type Permissions } from '../../../domain/accounts/permission.ts';
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
  /** What the role does not allow; null: it allows all that can be done. */
  readonly withheld: string | null;
}

/** What can be done with a task now: the same rules as the API's, so that no button ends in a refusal. */
export function taskControls(
  task: TaskShape,
  permissions: Permissions,
  rateLimit: number | null,
  typed: Typed,
): TaskControls {
  const mayStop = permissions.has('run');
  const mayRun = permissions.has(neededFor(task.task_type));
  const isAtWork = !isFinal(task.state) && task.state !== 'cancelling';
  return {
    buttons: buttons(task).filter(({ action }) => (/\/(pause|certify)$/.test(action) ? mayStop : mayRun)),
    confirms: [
      ...(mayRun && isAtWork ? [throttle(task, rateLimit, typed)] : []),
      ...(permissions.has('remove') || (mayStop && !isFinal(task.state)) ? confirms(task) : []),
    ],
    links: mayRun ? links(task) : [],
    result:
      task.state === 'done' && task.result_id !== null && task.result_removed_time === null
        ? paths.taskResult(task.task_id)
        : null,
    note: !mayRun ? null : task.held_by_maintenance ? heldNote : note(task.state),
    withheld: mayRun ? null : mayStop ? 'can only pause and cancel removals' : 'cannot change tasks',
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

const heldNote =
  'Paused by maintenance. It continues when maintenance ends or when you resume it, unless you keep it paused.';

function buttons(task: TaskShape): TaskControls['buttons'] {
  const button = (text: string, action: TaskAction, strong = false) => ({
    text,
    action: paths.taskAction(task.task_id, action),
    strong,
  });
  const certify = removesObjects(task)
    ? [{ text: 'Issue erasure certificate', action: paths.certifyTask(task.task_id), strong: false }]
    : [];
  const { held_by_maintenance: isHeld } = task;
  switch (task.state) {
    case 'pending':
    case 'planning':
    case 'running':
      return [
        ...(isHeld ? [button('Resume', 'resume', true)] : []),
        button(isHeld ? 'Keep paused' : 'Pause', 'pause'),
      ];
    case 'pausing':
    case 'paused':
      return [button('Resume', 'resume', true), ...(isHeld ? [button('Keep paused', 'pause')] : [])];
    case 'cancelled':
    case 'failed':
      return [button('Retry', 'retry', true), ...certify];
    case 'done':
      return [
        ...(task.progress.objects_failed > 0 ? [button('Retry failed objects', 'retry', true)] : []),
        ...certify,
      ];
    case 'awaiting_approval':
    case 'cancelling':
    case 'collecting':
      return [];
  }
}

/** Whether it is a gc that an admin orders, and not a rehearsal. */
function removesObjects({ task_type: type, content, rehearsal }: TaskShape): boolean {
  return type === taskTypes.gc && !('of' in content) && !rehearsal;
}

const noLimit = 251;

function throttle(task: TaskShape, rateLimit: number | null, { values, faults }: Typed): Confirm {
  const set = rateLimit === null ? {} : { objects_per_second: String(rateLimit) };
  return {
    text: rateLimit === null ? 'Throttle…' : `Throttled to ${formatRate(rateLimit)}…`,
    consequence: 'The limit applies to all subtasks together, from their next batch. Empty: no limit.',
    action: paths.taskAction(task.task_id, 'throttle'),
    button: 'Set limit',
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
        consequence: `Deletes the task with its subtasks, errors and result. ${task.rehearsal ? 'It changed nothing.' : 'Completed work is kept.'}`,
        action: paths.taskAction(task.task_id, 'remove'),
        button: 'Delete task',
      },
    ];
  }
  if (task.state === 'cancelling') return [];
  return [
    {
      text: 'Cancel…',
      consequence:
        'Running subtasks stop after their current batch. Completed work is kept; you can retry the rest later.',
      action: paths.taskAction(task.task_id, 'cancel'),
      button: 'Cancel task',
    },
  ];
}

function undoConfirm(task: TaskShape): Confirm {
  return {
    text: 'Undo…',
    consequence:
      'Creates a task that restores everything this one removed. Objects that exist again are left unchanged.',
    action: paths.taskAction(task.task_id, 'undo'),
    button: 'Restore',
    isHarmless: true,
  };
}

function note(state: TaskState): string | null {
  switch (state) {
    case 'pending':
      return 'Waiting for the engine.';
    case 'planning':
    case 'running':
      return 'A pause lets running subtasks finish their batch. Nothing is lost.';
    case 'pausing':
      return 'Running subtasks are finishing their current batch.';
    case 'paused':
      return 'It continues where it stopped when you resume it.';
    case 'cancelling':
      return 'Running subtasks are being stopped.';
    case 'cancelled':
    case 'failed':
      return 'A retry covers failed objects and unfinished subtasks. Completed work is not repeated.';
    case 'awaiting_approval':
    case 'collecting':
    case 'done':
      return null;
  }
}

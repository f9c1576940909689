import { isForTask, type BulkAction, type TaskKind } from '../../../domain/tasks/lifecycle.ts';
import { isFinal, type TaskState } from '../../../domain/tasks/task.ts';
import { formatCount } from '../../assets/words.js';
import { statusBadge, type StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { textField, type TextField, type Typed } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface BulkInput {
  readonly action: BulkAction;
  /** All that were asked for, by what decides about them. */
  readonly groups: readonly (TaskKind & { readonly count: number })[];
  /** Those that it would act on, newest first, no more than {@link bulkAtOnce}. */
  readonly taskIds: readonly number[];
  readonly isSelection: boolean;
  /** Whether removals are left out, which the role may only pause and cancel. */
  readonly isLimited: boolean;
  /** What was typed for the throttle. */
  readonly typed: Typed;
  readonly filters: Readonly<Record<string, string>>;
}

export interface BulkPage {
  readonly head: PageHead;
  readonly title: string;
  readonly lead: string;
  /** What the role does not allow; null: it allows all that is asked for. */
  readonly withheld: string | null;
  readonly rows: readonly BulkRow[];
  readonly consequence: string | null;
  readonly form: {
    readonly action: string;
    readonly fields: readonly { readonly name: string; readonly value: string }[];
    /** Null: nothing has to be said. */
    readonly field: TextField | null;
    readonly button: string;
    readonly isHarmless: boolean;
  } | null;
  readonly back: string;
  readonly tasks: string;
}

interface BulkRow {
  readonly badge: StatusBadge;
  readonly count: string;
  readonly what: string;
}

export const bulkAtOnce = 500;

const words: Readonly<
  Record<BulkAction, { title: string; verb: string; would: string; consequence: string }>
> = {
  pause: {
    title: 'Pause tasks',
    verb: 'Pause',
    would: 'would be paused',
    consequence: 'Running subtasks finish their current batch. Paused tasks continue when you resume them.',
  },
  resume: {
    title: 'Resume tasks',
    verb: 'Resume',
    would: 'would be resumed',
    consequence: 'Each task continues where it stopped.',
  },
  throttle: {
    title: 'Throttle tasks',
    verb: 'Throttle',
    would: 'would be throttled',
    consequence: 'The limit applies to each task separately, from its next batch.',
  },
  cancel: {
    title: 'Cancel tasks',
    verb: 'Cancel',
    would: 'would be cancelled',
    consequence: 'Running subtasks stop after their current batch. Completed work is kept.',
  },
  retry: {
    title: 'Retry tasks',
    verb: 'Retry',
    would: 'would be retried',
    consequence: 'Retries failed objects and unfinished subtasks. Completed work is not repeated.',
  },
  remove: {
    title: 'Delete tasks',
    verb: 'Delete',
    would: 'would be deleted',
    consequence: 'Deletes the tasks with their subtasks, errors and results. Completed work is kept.',
  },
};

const keptNote = ' Tasks that maintenance has paused stay paused when it ends.';

const harmless: readonly BulkAction[] = ['pause', 'resume', 'throttle', 'retry'];

export function bulkPage(input: BulkInput): BulkPage {
  const { action, groups, taskIds, isSelection, isLimited, typed, filters } = input;
  const { title, verb, would, consequence } = words[action];
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const concerned = groups
    .filter((group) => isForTask(action, group))
    .reduce((sum, { count }) => sum + count, 0);
  const keeps = action === 'pause' && groups.some(({ isHeld }) => isHeld);
  const count = taskIds.length;
  const left =
    concerned > count ? ` At most ${bulkAtOnce} can be changed at once: these are the newest ${count}.` : '';
  return {
    head: { title, section: 'tasks' },
    title,
    lead: `${tasks(total)} ${total === 1 ? 'is' : 'are'} ${isSelection ? 'selected' : 'shown by the filter'}; ${formatCount(concerned)} ${would}.${left}`,
    withheld: isLimited ? 'can only pause and cancel removals: they are left out' : null,
    rows: groups.map((group) => ({
      badge: statusBadge(group.state),
      count: tasks(group.count),
      what: isForTask(action, group) ? would : reasonOf(action, group.state),
    })),
    consequence: count === 0 ? null : consequence + (keeps ? keptNote : ''),
    form:
      count === 0
        ? null
        : {
            action: paths.bulk(),
            fields: [
              { name: 'act', value: action },
              { name: 'tasks', value: taskIds.join(',') },
              ...Object.entries(filters).map(([name, value]) => ({ name, value })),
            ],
            field:
              action === 'throttle'
                ? textField(typed, 'objects_per_second', 'Objects per second', {
                    ...{ kind: 'number', isFirst: true, hint: 'Empty: no limit.' },
                  })
                : null,
            button: `${verb} ${tasks(count)}`,
            isHarmless: harmless.includes(action),
          },
    back: paths.tasks(filters),
    tasks: paths.tasks(),
  };
}

function reasonOf(action: BulkAction, state: TaskState): string {
  switch (action) {
    case 'retry':
      return state === 'done' ? 'nothing failed' : 'not ended yet';
    case 'remove':
      return 'not ended; cancel it first';
    case 'resume':
      return isFinal(state) ? 'already ended' : 'not paused';
    case 'cancel':
    case 'pause':
    case 'throttle':
      return isFinal(state) ? 'already ended' : standing[state];
  }
}

/** Why one that is not over can be neither paused, throttled nor cancelled. */
const standing: Readonly<Record<Exclude<TaskState, 'cancelled' | 'failed' | 'done'>, string>> = {
  awaiting_approval: 'awaiting approval',
  pausing: 'already being paused',
  paused: 'already paused',
  cancelling: 'already being cancelled',
  collecting: 'about to end',
  pending: '',
  planning: '',
  running: '',
};

function tasks(count: number): string {
  return count === 1 ? '1 task' : `${formatCount(count)} tasks`;
}

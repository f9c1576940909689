import { isForTask, type BulkAction } from '../../../domain/tasks/lifecycle.ts';
import type { TaskState } from '../../../domain/tasks/task.ts';
import { formatCount } from '../../assets/words.js';
import { statusBadge, type StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface BulkInput {
  readonly action: BulkAction;
  /** All that were asked for, by what decides about them. */
  readonly groups: readonly {
    readonly state: TaskState;
    readonly hasFailed: boolean;
    readonly count: number;
  }[];
  /** Those that it would act on, newest first, no more than {@link bulkAtOnce}. */
  readonly taskIds: readonly number[];
  readonly isSelection: boolean;
  readonly filters: Readonly<Record<string, string>>;
}

export interface BulkPage {
  readonly head: PageHead;
  readonly title: string;
  readonly lead: string;
  readonly rows: readonly BulkRow[];
  readonly consequence: string | null;
  readonly form: {
    readonly action: string;
    readonly fields: readonly { readonly name: string; readonly value: string }[];
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
  cancel: {
    title: 'Cancel tasks',
    verb: 'Cancel',
    would: 'would be cancelled',
    consequence: 'Running subtasks stop after their current batch. What is done stays done.',
  },
  retry: {
    title: 'Retry tasks',
    verb: 'Retry',
    would: 'would be started again',
    consequence: 'What failed and what did not end is done; what is done is not done again.',
  },
  remove: {
    title: 'Delete tasks',
    verb: 'Delete',
    would: 'would be deleted',
    consequence: 'The tasks go with their subtasks, errors and results. What they have done stays done.',
  },
};

export function bulkPage({ action, groups, taskIds, isSelection, filters }: BulkInput): BulkPage {
  const { title, verb, would, consequence } = words[action];
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const concerned = groups
    .filter(({ state, hasFailed }) => isForTask(action, state, hasFailed))
    .reduce((sum, { count }) => sum + count, 0);
  const count = taskIds.length;
  const left =
    concerned > count ? ` At most ${bulkAtOnce} are dealt with at once: these are the newest ${count}.` : '';
  return {
    head: { title, section: 'tasks' },
    title,
    lead: `${tasks(total)} ${total === 1 ? 'is' : 'are'} ${isSelection ? 'selected' : 'shown by the filter'}; ${formatCount(concerned)} ${would}.${left}`,
    rows: groups.map((group) => ({
      badge: statusBadge(group.state),
      count: tasks(group.count),
      what: isForTask(action, group.state, group.hasFailed) ? would : reasonOf(action, group.state),
    })),
    consequence: count === 0 ? null : consequence,
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
            button: `${verb} ${tasks(count)}`,
            isHarmless: action === 'retry',
          },
    back: paths.tasks(filters),
    tasks: paths.tasks(),
  };
}

function reasonOf(action: BulkAction, state: TaskState): string {
  if (action === 'cancel') return state === 'cancelling' ? 'being cancelled already' : 'over already';
  if (action === 'retry') return state === 'done' ? 'nothing failed in it' : 'not over yet';
  return 'not over yet; cancel first';
}

function tasks(count: number): string {
  return count === 1 ? '1 task' : `${formatCount(count)} tasks`;
}

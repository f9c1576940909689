import { formatCount } from '../../assets/words.js';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import { taskTable, type TaskTable } from '../../components/taskTable/taskTable.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';

export interface TasksInput {
  readonly tasks: readonly TaskShape[];
  /** How many tasks the filter matches. */
  readonly count: number;
  readonly query: TasksQuery;
}

export interface TasksQuery {
  readonly page: number;
  readonly page_size: number;
  readonly task_type: number | null;
  readonly task_status: number | null;
}

interface Choice {
  readonly text: string;
  readonly href: string;
  readonly current: boolean;
}

export interface TasksPage {
  readonly head: PageHead;
  readonly count: string;
  readonly statuses: readonly Choice[];
  readonly types: readonly Choice[];
  readonly table: TaskTable;
  readonly empty: EmptyState;
  readonly pager: Pager | null;
  readonly newTask: string;
  readonly events: string;
}

const statusNames = ['Pending', 'In progress', 'Cancelled', 'Failed', 'Collecting', 'Done'];
// Collecting lasts moments: in the list it is part of what "all" shows.
const offeredStatuses = [null, 0, 1, 3, 2, 5];
const offeredTypes = [
  { value: null, text: 'Any kind' },
  { value: 5, text: 'Additional extract' },
  { value: 4, text: 'Garbage collection' },
];

export function tasksPage({ tasks, count, query }: TasksInput): TasksPage {
  const isFiltered = query.task_status !== null || query.task_type !== null;
  return {
    head: { title: 'Tasks', section: 'tasks' },
    count: count === 1 ? '1 task' : `${formatCount(count)} tasks`,
    statuses: offeredStatuses.map((status) => ({
      text: status === null ? 'All' : (statusNames[status] ?? ''),
      href: hrefOf({ ...query, task_status: status, page: 1 }),
      current: query.task_status === status,
    })),
    types: offeredTypes.map(({ value, text }) => ({
      text,
      href: hrefOf({ ...query, task_type: value, page: 1 }),
      current: query.task_type === value,
    })),
    table: taskTable('Tasks', tasks),
    empty: isFiltered
      ? {
          title: 'No task matches',
          text: 'There are tasks in other states or of the other kind.',
          action: { text: 'Show all tasks', href: paths.tasks() },
        }
      : {
          title: 'No task yet',
          text: 'An additional extract gives stored faces descriptors of a new version; a garbage collection removes what is no longer needed.',
          action: { text: 'New task', href: paths.newTask() },
        },
    pager: pager({
      things: 'tasks',
      page: query.page,
      pageSize: query.page_size,
      shown: tasks.length,
      count,
      href: (page) => hrefOf({ ...query, page }),
    }),
    newTask: paths.newTask(),
    events: paths.allTaskEvents,
  };
}

function hrefOf(query: TasksQuery): string {
  return paths.tasks({
    task_status: query.task_status ?? undefined,
    task_type: query.task_type ?? undefined,
    page: query.page === 1 ? undefined : query.page,
    page_size: query.page_size === tasksPageSize ? undefined : query.page_size,
  });
}

export const tasksPageSize = 20;

import { formatCount } from '../../assets/words.js';
import type { Confirm } from '../../components/confirm/confirm.ts';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import { selectField, textField, type Field, type Typed } from '../../components/field/field.ts';
import { filterForm, type FilterForm } from '../../components/filterForm/filterForm.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import { statusBadge } from '../../components/statusBadge/statusBadge.ts';
import { taskTable, type TaskSorting, type TaskTable } from '../../components/taskTable/taskTable.ts';
import { taskStates } from '../../../domain/tasks/task.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';
import { maintenanceSwitch } from '../maintenance/switch.ts';
import { taskTypeName } from './describeContent.ts';

export type TaskSort = 'newest' | 'oldest' | 'ended last' | 'ended first';

interface StatusCount {
  readonly status: number;
  readonly count: number;
  /** There are more of them. */
  readonly more: boolean;
}

export interface TasksInput {
  readonly tasks: readonly TaskShape[];
  /** How many the other filters match, whatever their status. */
  readonly statuses: readonly StatusCount[];
  readonly typed: Typed;
  readonly order: TaskSort;
  readonly page: number;
  readonly pageSize: number;
}

export interface TasksPage {
  readonly head: PageHead;
  readonly filters: FilterForm;
  readonly count: string;
  readonly statuses: readonly Choice[];
  readonly table: TaskTable;
  readonly empty: EmptyState;
  readonly bulk: {
    readonly action: string;
    readonly compare: string;
    readonly kept: FilterForm['kept'];
    readonly all: string;
  };
  readonly pager: Pager | null;
  readonly maintenance: Confirm;
  readonly links: { readonly newTask: string; readonly csv: string };
  /** null: there is nothing to follow. */
  readonly events: string | null;
}

interface Choice {
  readonly text: string;
  readonly count: string;
  readonly href: string;
  readonly current: boolean;
}

export const tasksPageSize = 20;

export const taskFilters = [
  'task_status',
  'state',
  'task_ids',
  'task_type',
  'text',
  'creator',
  'schedule_id',
  'upgrade_id',
  'create_time__gte',
  'create_time__lt',
  'end_time__gte',
  'end_time__lt',
] as const;

const statusNames = ['Pending', 'In progress', 'Cancelled', 'Failed', 'Collecting', 'Done'];
const offeredStatuses = [null, 0, 1, 4, 3, 2, 5];
const endedStatuses = [2, 3, 5];

/** As in the address of the page; newest first stands in none. */
const orderNames: Readonly<Record<TaskSort, string | undefined>> = {
  newest: undefined,
  oldest: 'oldest',
  'ended last': 'ended',
  'ended first': 'ended-first',
};

export function toTaskSort(name: unknown): TaskSort {
  const found = Object.entries(orderNames).find(([, known]) => known !== undefined && known === name);
  return (found?.[0] as TaskSort | undefined) ?? 'newest';
}

export function tasksPage(input: TasksInput): TasksPage {
  const { typed, order, page, pageSize } = input;
  const { task_status: chosen, ...others } = typed.values;
  const isFiltered = Object.keys(typed.values).length > 0;
  const countOf = (status: string | null): Counted =>
    input.statuses
      .filter((row) => status === null || String(row.status) === status)
      .filter((row) => !order.startsWith('ended') || endedStatuses.includes(row.status))
      .reduce(add, { count: 0, more: false });
  const counted = countOf(chosen ?? null);
  const { count } = counted;
  const address = (query: Readonly<Record<string, string | number | undefined>>): string =>
    paths.tasks({
      ...typed.values,
      sort: orderNames[order],
      page_size: pageSize === tasksPageSize ? undefined : pageSize,
      ...query,
    });
  return {
    head: { title: 'Tasks', section: 'tasks' },
    filters: filtersOf(typed, order, chosen),
    count: count === 1 ? '1 task' : `${inWords(counted)} tasks`,
    statuses: offeredStatuses
      .map((status) => (status === null ? null : String(status)))
      // Collecting lasts moments: it is offered while there is something to see.
      .filter((status) => status !== '4' || chosen === '4' || countOf('4').count > 0)
      .map((status) => ({
        text: status === null ? 'All' : (statusNames[Number(status)] ?? ''),
        count: inWords(countOf(status)),
        href: address({ ...others, task_status: status ?? undefined }),
        current: (chosen ?? null) === status,
      })),
    table: taskTable('Tasks', input.tasks, sortingOf(order, address)),
    empty: isFiltered
      ? {
          title: 'No task matches',
          text: 'No task matches all of these conditions.',
          action: { text: 'Show all tasks', href: paths.tasks() },
        }
      : {
          title: 'No task yet',
          text: 'An additional extract computes descriptors of a new version for stored faces and events; a garbage collection removes what is no longer needed.',
          action: { text: 'New task', href: paths.newTask(), needs: 'run' },
        },
    bulk: {
      action: paths.bulk(),
      compare: paths.compare(),
      kept: Object.entries(typed.values).map(([name, value]) => ({ name, value })),
      all: `All ${inWords(counted)} that match the filter`,
    },
    pager: pager({
      things: 'tasks',
      page,
      pageSize,
      shown: input.tasks.length,
      count,
      isMore: counted.more,
      href: (next) => address(next === 1 ? {} : { page: next, ...besideOf(input, next) }),
    }),
    maintenance: maintenanceSwitch('tasks'),
    links: { newTask: paths.newTask(), csv: paths.tasksCsv(typed.values) },
    events: Object.keys(typed.faults).length > 0 ? null : paths.allTaskEvents,
  };
}

type Counted = Omit<StatusCount, 'status'>;

function add(one: Counted, other: Counted): Counted {
  return { count: one.count + other.count, more: one.more || other.more };
}

function inWords({ count, more }: Counted): string {
  return more ? `${formatCount(count)}+` : formatCount(count);
}

/** The neighbouring pages begin beside the rows of this one: they are found quickly, and repeat or leave out none. */
function besideOf({ tasks, page }: TasksInput, next: number): Record<string, number | undefined> {
  if (next === page + 1) return { after: tasks.at(-1)?.task_id };
  return next === page - 1 ? { before: tasks[0]?.task_id } : {};
}

function filtersOf(typed: Typed, order: TaskSort, status: string | undefined): FilterForm {
  const sort = orderNames[order];
  return filterForm('Filter the tasks', paths.tasks(), typed, filterFields(typed), {
    kept: [
      ...(status === undefined ? [] : [{ name: 'task_status', value: status }]),
      ...(sort === undefined ? [] : [{ name: 'sort', value: sort }]),
    ],
    rare: rareFilters,
    period: {
      ...{ time: 'create_time', label: 'Created' },
      address: (values) => paths.tasks({ ...values, sort }),
    },
  });
}

const rareFilters = [
  'state',
  'task_ids',
  'schedule_id',
  'upgrade_id',
  'create_time__lt',
  'end_time__gte',
  'end_time__lt',
];

function filterFields(typed: Typed): Field[] {
  return [
    textField(typed, 'text', 'Text', { hint: 'In the description' }),
    selectField(typed, 'task_type', 'Kind', {
      options: [
        { value: '', text: 'Any' },
        ...[5, 4].map((type) => ({ value: String(type), text: taskTypeName(type) })),
      ],
    }),
    textField(typed, 'task_ids', 'Ids', { hint: 'Comma-separated' }),
    selectField(typed, 'state', 'State', {
      options: [
        { value: '', text: 'Any' },
        ...taskStates.map((state) => ({ value: state, text: statusBadge(state).text })),
      ],
    }),
    textField(typed, 'creator', 'Created by', { hint: 'Its login' }),
    textField(typed, 'schedule_id', 'Schedule', { hint: 'Its id' }),
    textField(typed, 'upgrade_id', 'Upgrade', { hint: 'Its id' }),
    textField(typed, 'create_time__gte', 'Created from', { hint: 'UTC, or now-1d' }),
    textField(typed, 'create_time__lt', 'Created before'),
    textField(typed, 'end_time__gte', 'Ended from'),
    textField(typed, 'end_time__lt', 'Ended before'),
  ];
}

function sortingOf(order: TaskSort, address: (query: { sort: string | undefined }) => string): TaskSorting {
  const link = (first: TaskSort, second: TaskSort) => ({
    href: address({ sort: orderNames[order === first ? second : first] }),
    order: order === first ? ('descending' as const) : order === second ? ('ascending' as const) : null,
  });
  return { created: link('newest', 'oldest'), ended: link('ended last', 'ended first') };
}

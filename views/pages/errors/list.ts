import type { Permissions } from '../../../domain/accounts/permission.ts';
import { formatCount } from '../../assets/words.js';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import { selectField, textField, type Field, type Typed } from '../../components/field/field.ts';
import { filterForm, type FilterForm } from '../../components/filterForm/filterForm.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ErrorGroupShape, TaskErrorShape } from '../../shapes.ts';
import { taskTypeName } from '../tasks/describeContent.ts';
import { errorRow, type ErrorRow } from './errorRow.ts';
import { openWords, reasonRow, type ErrorReasonShape, type ReasonRow } from './reasonRow.ts';

export interface ErrorsInput {
  /** Of whoever looks at them. */
  readonly permissions: Permissions;
  readonly typed: Typed;
  readonly errors: readonly (TaskErrorShape & { readonly task_id: number; readonly task_type: number })[];
  /** Of all that the other filters match, whatever their code. */
  readonly groups: readonly ErrorGroupShape[];
  readonly reasons: readonly ErrorReasonShape[];
  /** How many the filters match. */
  readonly count: number;
  /** How many of these are open; counted up to `most`. */
  readonly open: { readonly count: number; readonly most: number };
  readonly page: number;
  readonly pageSize: number;
}

export interface ErrorsPage {
  readonly head: PageHead;
  readonly filters: FilterForm;
  /** `0 open, 103 resolved`. */
  readonly count: string;
  readonly groups: readonly ErrorGroup[];
  readonly reasons: readonly ReasonRow[];
  readonly events: string;
  readonly rows: readonly ErrorOfTask[];
  readonly empty: EmptyState;
  readonly pager: Pager | null;
  /** What the filters match, as a file. */
  readonly csv: string;
}

interface ErrorGroup {
  readonly code: string;
  readonly desc: string;
  readonly count: string;
  /** Only this code, or all of them again. */
  readonly href: string;
  readonly current: boolean;
}

interface ErrorOfTask extends ErrorRow {
  readonly task: string;
  readonly taskHref: string;
  readonly taskType: string;
}

export const errorFilters = [
  'task_ids',
  'error_ids',
  'error_code',
  'task_type',
  'error_time__gte',
  'error_time__lt',
] as const;

export function errorsPage(input: ErrorsInput): ErrorsPage {
  const { typed, count } = input;
  const isFiltered = Object.keys(typed.values).length > 0;
  return {
    head: { title: 'Errors', section: 'errors' },
    filters: filterForm('Filter the errors', paths.errors(), typed, filterFields(typed), {
      period: { time: 'error_time', label: 'Period', address: paths.errors },
    }),
    count: openWords(input.open.count, Math.max(0, count - input.open.count), input.open.most),
    events: paths.allTaskEvents,
    reasons: input.reasons.map((reason) => reasonRow(reason, input.open.most)),
    groups: input.groups.map((group) => groupOf(group, typed)),
    rows: input.errors.map((error) => errorOfTask(error, input.permissions)),
    csv: paths.errorsCsv(typed.values),
    empty: isFiltered
      ? {
          title: 'No error matches',
          text: 'No failed object matches all of these conditions.',
          action: { text: 'Show all errors', href: paths.errors() },
        }
      : { title: 'No error', text: 'No object of any task has failed.', action: null },
    pager: pager({
      things: 'errors',
      page: input.page,
      pageSize: input.pageSize,
      shown: input.errors.length,
      count,
      href: (page) => paths.errors({ ...typed.values, page }),
    }),
  };
}

function filterFields(typed: Typed): Field[] {
  return [
    textField(typed, 'task_ids', 'Task', { hint: 'Comma-separated' }),
    textField(typed, 'error_code', 'Code', { kind: 'number' }),
    selectField(typed, 'task_type', 'Kind of task', {
      options: [
        { value: '', text: 'Any' },
        ...[5, 4].map((type) => ({ value: String(type), text: taskTypeName(type) })),
      ],
    }),
    textField(typed, 'error_time__gte', 'From', { hint: 'UTC, or now-1h' }),
    textField(typed, 'error_time__lt', 'Before'),
    ...(typed.values['error_ids'] === undefined ? [] : [textField(typed, 'error_ids', 'Error')]),
  ];
}

function groupOf(group: ErrorGroupShape, { values }: Typed): ErrorGroup {
  const code = String(group.error_code);
  const current = values['error_code'] === code;
  return {
    code,
    desc: group.desc,
    count: formatCount(group.count),
    href: paths.errors({ ...values, error_code: current ? undefined : code }),
    current,
  };
}

function errorOfTask(error: ErrorsInput['errors'][number], permissions: Permissions): ErrorOfTask {
  return {
    ...errorRow(error, permissions),
    task: `Task ${error.task_id}`,
    taskHref: paths.task(error.task_id),
    taskType: taskTypeName(error.task_type),
  };
}

import type { Permissions } from '../../../domain/accounts/permission.ts';
import { formatCount } from '../../assets/words.js';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import { selectField, textField, type Field, type Option, type Typed } from '../../components/field/field.ts';
import { filterForm, type FilterForm } from '../../components/filterForm/filterForm.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AuditEntryShape } from '../../shapes.ts';
import { actionWords } from './auditRow.ts';
import { foldLogins, type FoldedRow } from './foldLogins.ts';

export interface AuditInput {
  /** Of whoever looks at it. */
  readonly permissions: Permissions;
  readonly typed: Typed;
  readonly entries: readonly AuditEntryShape[];
  /** How many the filters match. */
  readonly count: number;
  readonly page: number;
  readonly pageSize: number;
}

export interface AuditPage {
  readonly head: PageHead;
  readonly filters: FilterForm;
  readonly count: string;
  readonly rows: readonly FoldedRow[];
  readonly empty: EmptyState;
  readonly pager: Pager | null;
  readonly files: Readonly<Record<'ndjson' | 'csv', string>>;
}

export const auditFilters = [
  'login',
  'account_id',
  'action',
  'object_type',
  'object_id',
  'request_id',
  'audit_time__gte',
  'audit_time__lt',
] as const;

const objectTypes = [
  'task',
  'schedule',
  'network',
  'upgrade',
  'maintenance',
  'account',
  'session',
  'token',
  'face',
  'event',
  'sample',
  'result',
  'audit',
];

export function auditPage(input: AuditInput): AuditPage {
  const { typed, count } = input;
  const isFiltered = Object.keys(typed.values).length > 0;
  return {
    head: { title: 'Audit', section: 'audit' },
    filters: filterForm('Filter the audit', paths.audit(), typed, filterFields(typed), {
      period: { time: 'audit_time', label: 'Period', address: paths.audit },
    }),
    count: formatCount(count),
    rows: foldLogins(input.entries).map((row) => rowFor(row, input.permissions)),
    empty: {
      title: isFiltered ? 'Nothing matches' : 'Nothing has happened yet',
      text: isFiltered
        ? 'No audit entry matches all of these conditions.'
        : 'Every change of a task, schedule or account, every log-in, and looks at pictures and results are recorded here.',
      action: isFiltered ? { text: 'Show everything', href: paths.audit() } : null,
    },
    pager: pager({
      things: 'lines',
      page: input.page,
      pageSize: input.pageSize,
      shown: input.entries.length,
      count,
      href: (page) => paths.audit({ ...typed.values, page }),
    }),
    files: {
      ndjson: paths.auditFile('ndjson', typed.values),
      csv: paths.auditFile('csv', typed.values),
    },
  };
}

/** An auditor is led to tasks alone. */
function rowFor(row: FoldedRow, permissions: Permissions): FoldedRow {
  const maySee = permissions.has('view') || row.objectHref?.startsWith('/tasks/') === true;
  return maySee ? row : { ...row, objectHref: null };
}

function filterFields(typed: Typed): Field[] {
  const rare = [
    textField(typed, 'account_id', 'Account id'),
    textField(typed, 'request_id', 'Request id'),
  ].filter(({ name }) => typed.values[name] !== undefined);
  return [
    textField(typed, 'login', 'Login'),
    selectField(typed, 'action', 'Action', { options: actionOptions(typed.values['action'] ?? '') }),
    selectField(typed, 'object_type', 'Object', {
      options: [{ value: '', text: 'Any' }, ...objectTypes.map((value) => ({ value, text: capital(value) }))],
    }),
    textField(typed, 'object_id', 'Object id'),
    textField(typed, 'audit_time__gte', 'From', { hint: 'UTC, or now-1h' }),
    textField(typed, 'audit_time__lt', 'Before'),
    ...rare,
  ];
}

/** An action that is in the address stays chosen, also one that has no words yet. */
function actionOptions(chosen: string): Option[] {
  const known = Object.entries(actionWords).map(([action, words]) => ({
    value: action,
    text: `${capital(action.split('.')[0] ?? '')}: ${words.toLowerCase()}`,
  }));
  const isKnown = chosen === '' || chosen in actionWords;
  return [{ value: '', text: 'Any' }, ...known, ...(isKnown ? [] : [{ value: chosen, text: chosen }])];
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

import { errorSummary, type ErrorSummary } from '../errorSummary/errorSummary.ts';
import type { Field, Typed } from '../field/field.ts';

/** Conditions on a list; sending them makes the address that shows it so. */
export interface FilterForm {
  /** Names the form for those who hear it. */
  readonly label: string;
  readonly action: string;
  readonly fields: readonly Field[];
  /** Used rarely, so they are folded until one is filled in. */
  readonly more: { readonly fields: readonly Field[]; readonly isOpen: boolean } | null;
  /** Chosen elsewhere on the page, and to be kept. */
  readonly kept: readonly { readonly name: string; readonly value: string }[];
  readonly summary: ErrorSummary | null;
  readonly period: Period | null;
  /** Where the list is without conditions; null while there are none. */
  readonly clear: string | null;
}

/** Links to what the list has of the last hour, day, week or month. */
interface Period {
  readonly label: string;
  readonly choices: readonly { readonly text: string; readonly href: string; readonly isCurrent: boolean }[];
}

interface FilterFormOptions {
  readonly kept?: FilterForm['kept'];
  readonly rare?: readonly string[];
  /** `time`: the name of the time of its conditions, before `__gte` and `__lt`. */
  readonly period?: {
    readonly time: string;
    readonly label: string;
    readonly address: (values: Readonly<Record<string, string | undefined>>) => string;
  };
}

export function filterForm(
  label: string,
  action: string,
  typed: Typed,
  all: readonly Field[],
  { kept = [], rare = [], period }: FilterFormOptions = {},
): FilterForm {
  const more = all.filter(({ name }) => rare.includes(name));
  return {
    label,
    action,
    fields: all.filter((field) => !more.includes(field)),
    more:
      more.length === 0
        ? null
        : { fields: more, isOpen: more.some(({ name }) => typed.values[name] !== undefined) },
    kept,
    period: period === undefined ? null : periodOf(typed, period),
    summary: errorSummary(typed, all),
    clear: Object.keys(typed.values).length === 0 ? null : action,
  };
}

const periods = [
  { text: 'Last hour', from: 'now-1h' },
  { text: '24 hours', from: 'now-1d' },
  { text: '7 days', from: 'now-7d' },
  { text: '30 days', from: 'now-30d' },
  { text: 'Any time', from: undefined },
] as const;

function periodOf(
  { values }: Typed,
  { time, label, address }: NonNullable<FilterFormOptions['period']>,
): Period {
  const [first, last] = [`${time}__gte`, `${time}__lt`];
  return {
    label,
    choices: periods.map(({ text, from }) => ({
      text,
      href: address({ ...values, [first]: from, [last]: undefined }),
      isCurrent: values[first] === from && values[last] === undefined,
    })),
  };
}

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
  /** Where the list is without conditions; null while there are none. */
  readonly clear: string | null;
}

export function filterForm(
  label: string,
  action: string,
  typed: Typed,
  all: readonly Field[],
  kept: FilterForm['kept'] = [],
  rare: readonly string[] = [],
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
    summary: errorSummary(typed, all),
    clear: Object.keys(typed.values).length === 0 ? null : action,
  };
}

import { errorSummary, type ErrorSummary } from '../errorSummary/errorSummary.ts';
import type { Field, Typed } from '../field/field.ts';

/** Conditions on a list; sending them makes the address that shows it so. */
export interface FilterForm {
  /** Names the form for those who hear it. */
  readonly label: string;
  readonly action: string;
  readonly fields: readonly Field[];
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
  fields: readonly Field[],
  kept: FilterForm['kept'] = [],
): FilterForm {
  return {
    label,
    action,
    fields,
    kept,
    summary: errorSummary(typed, fields),
    clear: Object.keys(typed.values).length === 0 ? null : action,
  };
}

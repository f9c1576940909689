import type { Field, Typed } from '../field/field.ts';

export interface ErrorSummary {
  readonly title: string;
  /** href null: the fault belongs to no field of the form. */
  readonly items: readonly { readonly text: string; readonly href: string | null }[];
}

/** null while nothing is wrong. Faults under a name that no field has are listed without a link. */
export function errorSummary({ faults }: Typed, fields: readonly Field[]): ErrorSummary | null {
  const items = Object.entries(faults).map(([name, fault]) => {
    const field = fields.find((candidate) => candidate.name === name);
    return field === undefined
      ? { text: fault, href: null }
      : { text: `${field.label}: ${fault}`, href: `#${name}` };
  });
  return items.length === 0 ? null : { title: 'Please check what was entered', items };
}

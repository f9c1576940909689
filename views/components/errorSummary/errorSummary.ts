import type { Field, Typed } from '../field/field.ts';

export interface ErrorSummary {
  readonly title: string;
  /** href null: the fault belongs to no field of the form. */
  readonly items: readonly { readonly text: string; readonly href: string | null }[];
}

/** In the order of the fields; null while nothing is wrong. Faults under a name that no field has are listed without a link. */
export function errorSummary({ faults }: Typed, fields: readonly Field[]): ErrorSummary | null {
  const names = fields.map(({ name }) => name);
  const others = Object.entries(faults).filter(([name]) => !names.includes(name));
  const items = [
    ...fields.flatMap(({ name, label }) => {
      const fault = faults[name];
      return fault === undefined ? [] : [{ text: `${label}: ${fault}`, href: `#${name}` }];
    }),
    ...others.map(([, fault]) => ({ text: fault, href: null })),
  ];
  return items.length === 0 ? null : { title: 'Check these fields', items };
}

type Values = Readonly<Record<string, string>>;

/** What stands in a field, under its name, as a JSON client would have sent it; nothing for an empty one. */
export function textOf<Name extends string>(values: Values, name: Name): Partial<Record<Name, string>> {
  const typed = values[name]?.trim() ?? '';
  return (typed === '' ? {} : { [name]: typed }) as Partial<Record<Name, string>>;
}

export function numberOf<Name extends string>(values: Values, name: Name): Partial<Record<Name, number>> {
  const typed = values[name]?.trim() ?? '';
  if (typed === '') return {};
  // Not a number: the text itself goes on, so that the validation refuses it by its name.
  const value = /^\d{1,15}(\.\d{1,15})?$/.test(typed) ? Number(typed) : typed;
  return { [name]: value } as Partial<Record<Name, number>>;
}

export function isTicked(values: Values, name: string): boolean {
  return values[name] !== undefined;
}

/** Collects a statement's values and hands out their places. */
export interface Binds {
  readonly values: unknown[];
  /** Adds a value; answers its `$n`. */
  add(value: unknown): string;
}

/** `first` are $1, $2, … */
export function createBinds(first: readonly unknown[] = []): Binds {
  const values = [...first];
  return { values, add: (value) => `$${values.push(value)}` };
}

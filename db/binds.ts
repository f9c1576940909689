/** Collects a statement's values and hands out their places. */
export interface Binds {
  readonly values: unknown[];
  /** Adds a value; answers its `$n`. */
  add(value: unknown): string;
}

export function createBinds(): Binds {
  const values: unknown[] = [];
  return { values, add: (value) => `$${values.push(value)}` };
}

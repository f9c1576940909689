/** Gathers the conditions of a WHERE clause, and their values as binds. */
export interface Conditions {
  /** `$?` in the condition stands for the value. */
  add(condition: string, value: unknown): void;
  /** Binds one more value and gives its `$n`. */
  bind(value: unknown): string;
  where(): string;
  readonly binds: readonly unknown[];
}

export function createConditions(): Conditions {
  const parts: string[] = [];
  const binds: unknown[] = [];
  const bind = (value: unknown): string => `$${binds.push(value)}`;
  return {
    add: (condition, value) => void parts.push(condition.replaceAll('$?', bind(value))),
    bind,
    where: () => (parts.length === 0 ? '' : `where ${parts.join(' and ')}`),
    binds,
  };
}

/** A text in a pattern of LIKE that stands for itself. */
export function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

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

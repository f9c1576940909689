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

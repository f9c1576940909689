import type { Binds } from '../sql/conditions.ts';

/** A stretch of the key space. */
export interface KeyRange {
  /** Exclusive; null: from the beginning. */
  readonly after: string | null;
  /** Inclusive; null: to the end. */
  readonly upTo: string | null;
}

export const everything: KeyRange = { after: null, upTo: null };

/** The conditions that keep a column inside a range. */
export type Within = (column: string) => string[];

/** One pair of values for all columns of a statement that are equal to its key. */
export function createWithin({ after, upTo }: KeyRange, binds: Binds): Within {
  const low = after === null ? null : binds.add(after);
  const high = upTo === null ? null : binds.add(upTo);
  return (column) => [
    ...(low === null ? [] : [`${column} > ${low}::uuid`]),
    ...(high === null ? [] : [`${column} <= ${high}::uuid`]),
  ];
}

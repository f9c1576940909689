import type { Selection } from './selection.ts';

export interface KeyWish {
  /** Whether they are few among many. */
  readonly areFew: boolean;
  /** Lock the objects. */
  readonly lock?: boolean;
}

/**
 * The statement that finds the keys of the next `size` selected objects, in order. Where they are few among many,
 * an order with a limit lures PostgreSQL into walking the whole range by its key; so they are all found first, by
 * the index of the filter's column, and put in order then.
 */
export function orderedKeys(
  { from, key, conditions }: Selection,
  size: number,
  { areFew, lock = false }: KeyWish,
): string {
  const selected = `select ${key} as key from ${from} where ${conditions.join(' and ')}`;
  const locking = lock ? 'for update' : '';
  return areFew
    ? `with few as materialized (${selected} ${locking}) select key from few order by key limit ${size}`
    : `${selected} order by ${key} limit ${size} ${locking}`;
}

import { type Place, StoreAwayError } from './imageStore.ts';

/** The name, at a store's root, of the file that says which database's samples are in it. */
export const markName = '.luna-admin-store';

export interface UnmarkedStore {
  readonly storeId: string;
  /** Images of some samples, so that a place that has none of them is not taken for theirs. */
  readonly someKeys: readonly string[];
}

/** What the database knows of its sample store. */
export interface StoreRow {
  /** Null: no store has been marked yet. */
  findMarked(): Promise<string | null>;
  /** Calls `mark` in one process at a time and never again after it resolved once. @returns the store's id */
  markOnce(mark: (store: UnmarkedStore) => Promise<void>): Promise<string>;
}

interface ReadOptions {
  /** Rather say soon that it cannot be told than try for long. */
  readonly isBrief?: boolean;
}

export type MarkCheck = (how?: ReadOptions) => Promise<void>;

/** A store that can be marked. */
export interface MarkedPlace {
  readonly place: Place;
  /** Null: there is no mark. @throws StoreAwayError when that cannot be told */
  readMark(how?: ReadOptions): Promise<string | null>;
  writeMark(storeId: string): Promise<void>;
  hasImage(key: string): Promise<boolean>;
}

/**
 * Answers what rejects unless the store is the one that belongs to the database. A store is marked by whoever asks
 * first in an installation's life; never later, because then one without its mark is another one, or its volume is away.
 * @throws StoreAwayError
 */
export function createMarkCheck(store: MarkedPlace, row: StoreRow): MarkCheck {
  const ask = async (): Promise<string> =>
    (await row.findMarked()) ?? (await row.markOnce((unmarked) => mark(store, unmarked)));
  let asked: Promise<string> | null = null;
  return async (how) => {
    asked ??= ask();
    const expected = await asked.catch((error: unknown) => {
      asked = null;
      throw error;
    });
    const found = await store.readMark(how);
    if (found !== expected) throw strange(store.place, found, expected);
  };
}

async function mark(store: MarkedPlace, { storeId, someKeys }: UnmarkedStore): Promise<void> {
  const found = await store.readMark();
  if (found === storeId) return;
  if (found !== null) throw strange(store.place, found, storeId);
  if (someKeys.length > 0 && !(await hasSome(store, someKeys))) {
    throw new StoreAwayError(
      store.place,
      `has no mark, and none of the images of ${someKeys.length} samples that were checked; expected mark ${storeId}`,
    );
  }
  await store.writeMark(storeId);
}

async function hasSome(store: MarkedPlace, keys: readonly string[]): Promise<boolean> {
  for (const key of keys) if (await store.hasImage(key)) return true;
  return false;
}

export function strange(place: Place, found: string | null, expected: string): StoreAwayError {
  const what = found === null ? 'no mark' : `the mark ${found.slice(0, 40)}`;
  return new StoreAwayError(place, `has ${what}, where the mark ${expected} is expected`);
}

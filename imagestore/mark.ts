import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { draftOf } from './drafts.ts';
import { writeDurably, errorCode, rightsOf } from './durableFile.ts';
import { samplePath } from './samplePath.ts';
import { StoreAwayError } from './imageStore.ts';

/** The file at a folder's root that says which database's samples are in it. */
const markName = '.luna-admin-store';

export interface UnmarkedStore {
  readonly storeId: string;
  /** Images of some samples, so that a folder that has none of them is not taken for theirs. */
  readonly someKeys: readonly string[];
}

/** What the database knows of its sample store. */
export interface StoreRow {
  /** Null: no folder has been marked yet. */
  findMarked(): Promise<string | null>;
  /** Calls `mark` in one process at a time and never again after it resolved once. @returns the store's id */
  markOnce(mark: (store: UnmarkedStore) => Promise<void>): Promise<string>;
}

/**
 * Answers what rejects unless the folder is the one that belongs to the database. A folder is marked by whoever asks
 * first in an installation's life; never later, because then a folder without its mark is one whose volume is away.
 * @throws StoreAwayError
 */
export function createMarkCheck(root: string, row: StoreRow): () => Promise<void> {
  const ask = async (): Promise<string> =>
    (await row.findMarked()) ?? (await row.markOnce((store) => mark(root, store)));
  let asked: Promise<string> | null = null;
  return async () => {
    asked ??= ask();
    const expected = await asked.catch((error: unknown) => {
      asked = null;
      throw error;
    });
    const found = await readMark(root);
    if (found !== expected) throw strange(root, found, expected);
  };
}

async function mark(root: string, { storeId, someKeys }: UnmarkedStore): Promise<void> {
  const found = await readMark(root);
  if (found === storeId) return;
  if (found !== null) throw strange(root, found, storeId);
  if (someKeys.length > 0 && !(await hasSome(root, someKeys))) {
    throw new StoreAwayError(
      root,
      `has no mark, and none of the images of ${someKeys.length} samples that were checked; expected mark ${storeId}`,
    );
  }
  await mkdir(root, { recursive: true });
  const file = join(root, markName);
  await writeDurably({
    ...{ file, bytes: Buffer.from(`${storeId}\n`), draft: draftOf(file, randomUUID()) },
    rights: (await rightsOf(root)).file,
  });
}

async function hasSome(root: string, keys: readonly string[]): Promise<boolean> {
  for (const key of keys) {
    try {
      await access(samplePath(root, key));
      return true;
    } catch {
      // The next one may be there.
    }
  }
  return false;
}

/** Null: there is none, or no folder. */
async function readMark(root: string): Promise<string | null> {
  try {
    return (await readFile(join(root, markName), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw unusable(root, error);
  }
}

/** Of a folder whose mark is not the matter. */
export function unusable(root: string, error: unknown): StoreAwayError {
  return new StoreAwayError(root, `cannot be used (${errorCode(error) ?? String(error)})`, { cause: error });
}

function strange(root: string, found: string | null, expected: string): StoreAwayError {
  const what = found === null ? 'no mark' : `the mark ${found.slice(0, 40)}`;
  return new StoreAwayError(root, `has ${what}, where the mark ${expected} is expected`);
}

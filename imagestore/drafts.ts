import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './durableFile.ts';

const suffix = '.draft';

/** Where an image is written before it has its name. */
export function draftOf(file: string, writer: string): string {
  return `${file}.${writer}${suffix}`;
}

/** Those of one image, whoever wrote them. */
export async function removeDraftsOf(file: string): Promise<void> {
  const names = await readdir(dirname(file)).catch(emptyIfMissing);
  const drafts = names.filter((name) => name.startsWith(`${basename(file)}.`) && name.endsWith(suffix));
  for (const name of drafts) await rm(join(dirname(file), name), { force: true });
}

/** Those that nobody can be writing any more. @returns how many there were */
export async function removeOldDrafts(root: string, olderThanMs: number): Promise<number> {
  let removed = 0;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      // Of the store's own folders alone: a disk's lost+found is not for everybody to read.
      if (entry.isDirectory()) folders.push(...(entry.name.length === 2 ? [path] : []));
      else if (entry.name.endsWith(suffix) && (await isOlder(path, olderThanMs))) {
        await rm(path, { force: true });
        removed += 1;
      }
    }
  }
  return removed;
}

async function isOlder(path: string, olderThanMs: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > olderThanMs;
}

function emptyIfMissing(error: unknown): string[] {
  if (errorCode(error) === 'ENOENT') return [];
  throw error;
}

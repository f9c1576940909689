import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './durableFile.ts';
import { unusable } from './folderMark.ts';
import type { HeldImage } from './holdings.ts';
import { keyOfName } from './samplePath.ts';

/** Every image of a folder, one of the lowest folders at a time, in the order of their names. */
export async function* listFolder(root: string): AsyncGenerator<HeldImage> {
  for (const first of await namesIn(root, root)) {
    for (const second of await namesIn(root, join(root, first))) {
      const folder = join(root, first, second);
      for (const name of await namesIn(root, folder, false)) {
        const key = keyOfName(`${first}/${second}/${name}`);
        if (key === null) continue;
        const found = await stat(join(folder, name)).catch(nullIfMissing);
        if (found?.isFile() === true) yield { key, size: found.size, modified: found.mtime };
      }
    }
  }
}

/** Those of two characters, which are the store's own folders, or those of files. */
async function namesIn(root: string, folder: string, areFolders = true): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    // Not made yet, or a stray file. That a volume has gone is for the mark to tell.
    if (errorCode(error) === 'ENOENT' || (folder !== root && errorCode(error) === 'ENOTDIR')) return [];
    throw unusable(root, error);
  });
  return names.filter((name) => (name.length === 2) === areFolders).sort();
}

function nullIfMissing(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}

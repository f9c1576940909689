import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { draftOf } from './drafts.ts';
import { writeDurably, errorCode, rightsOf } from './durableFile.ts';
import { samplePath } from './samplePath.ts';
import { StoreAwayError } from './imageStore.ts';
import { type MarkedPlace, markName } from './mark.ts';

/** The file at a folder's root. */
export function createFolderMark(root: string): MarkedPlace {
  const file = join(root, markName);
  return {
    place: { kind: 'folder', name: root },
    readMark: async () => {
      try {
        return (await readFile(file, 'utf8')).trim();
      } catch (error) {
        // No mark, or no folder.
        if (errorCode(error) === 'ENOENT') return null;
        throw unusable(root, error);
      }
    },
    writeMark: async (storeId) => {
      await mkdir(root, { recursive: true });
      await writeDurably({
        ...{ file, bytes: Buffer.from(`${storeId}\n`), draft: draftOf(file, randomUUID()) },
        rights: (await rightsOf(root)).file,
      });
    },
    hasImage: (key) =>
      access(samplePath(root, key)).then(
        () => true,
        () => false,
      ),
  };
}

/** Of a folder whose mark is not the matter. */
export function unusable(root: string, error: unknown): StoreAwayError {
  const what = `cannot be used (${errorCode(error) ?? String(error)})`;
  return new StoreAwayError({ kind: 'folder', name: root }, what, { cause: error });
}

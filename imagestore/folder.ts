import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../domain/errors.ts';
import type { ImageStore } from './imageStore.ts';

// Nothing that could leave the folder: no dot, no slash.
const keyPattern = /^[a-z0-9][a-z0-9-]{3,127}$/;

/** A folder tree with two levels of fan-out. A file appears under its name only when it is whole and on the disk. */
export function createFolderStore(root: string): ImageStore {
  let drafts = 0;
  return {
    put: async (key, bytes) => {
      const file = pathOf(root, key);
      const draft = `${file}.${process.pid}-${++drafts}.draft`;
      await mkdir(dirname(file), { recursive: true });
      try {
        await writeDurably(draft, bytes);
        await rename(draft, file);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    get: async (key) => {
      try {
        return await readFile(pathOf(root, key));
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new DomainError('sampleMissing', `the sample store has no image ${key}`, { cause: error });
      }
    },
    remove: (key) => rm(pathOf(root, key), { force: true }),
    check: async () => {
      await mkdir(root, { recursive: true });
      await access(root, constants.R_OK | constants.W_OK);
    },
  };
}

/** v7 ids share their first characters for hours; the last ones spread evenly. */
function pathOf(root: string, key: string): string {
  if (!keyPattern.test(key)) throw new RangeError(`not a key of an image: ${JSON.stringify(key)}`);
  return join(root, key.slice(-2), key.slice(-4, -2), `${key}.jpg`);
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

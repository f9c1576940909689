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
  let wasThere = false;
  return {
    put: async (key, bytes) => {
      const file = pathOf(root, key);
      const draft = `${file}.${process.pid}-${++drafts}.draft`;
      const isNew = (await mkdir(dirname(file), { recursive: true })) !== undefined;
      try {
        await writeDurably(draft, bytes);
        await rename(draft, file);
      } catch (error) {
        await rm(draft, { force: true });
        throw explainFull(error, root);
      }
      // A name survives a power cut only when its folder is on the disk too, and that one's name in turn.
      const folders = isNew ? ['.', '..', '../..'] : ['.'];
      for (const folder of folders) await syncFolder(join(dirname(file), folder));
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
      // Of a new installation. One that goes later, with its volume, must not be taken for an empty one.
      if (!wasThere) await mkdir(root, { recursive: true });
      wasThere = true;
      // Through it, so that a file in its place is none.
      await access(`${root}/.`, constants.R_OK | constants.W_OK);
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

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A full disk is the one failure here that an operator can mend: it should say where. */
function explainFull(error: unknown, root: string): unknown {
  const isFull =
    error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  return isFull ? new Error(`The disk of the sample store ${root} is full`, { cause: error }) : error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

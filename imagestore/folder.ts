import { constants } from 'node:fs';
import { access, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../domain/errors.ts';
import { draftOf, removeDraftsOf, removeOldDrafts } from './drafts.ts';
import { syncFolder, writeDurably, errorCode, makeFolder, rightsOf } from './durableFile.ts';
import { unusable } from './folderMark.ts';
import { type ImageStore, type RemovedImages, StoreAwayError } from './imageStore.ts';
import { samplePath } from './samplePath.ts';

/**
 * A folder tree with two levels of fan-out. `checkMark` rejects when the folder is not the one that it should be; it is
 * asked only where that could be the reason, or would do harm: finding a file costs nothing more.
 */
export function createFolderStore(root: string, checkMark: () => Promise<void>): ImageStore {
  let drafts = 0;

  /** Null: there is no such file. Looked for twice, because the folder may have come only after the first look. */
  const unlessMissing = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch {
      await checkMark();
    }
    try {
      return await work();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  };

  return {
    put: async (key, bytes) => {
      const file = samplePath(root, key);
      await checkMark();
      const rights = await rightsOf(root);
      const isNew = await makeFolder(dirname(file), rights.folder);
      const draft = draftOf(file, `${process.pid}-${++drafts}`);
      try {
        await writeDurably({ file, bytes, draft, rights: rights.file });
      } catch (error) {
        throw explainFull(error, root);
      }
      // The new folder's name has to be on the disk too, and that one's name in turn.
      if (!isNew) return;
      for (const folder of ['..', '../..']) await syncFolder(join(dirname(file), folder));
    },
    get: async (key) => {
      const file = samplePath(root, key);
      const bytes = await unlessMissing(() => readFile(file)).catch((error: unknown) => {
        throw explainUnreadable(error, key);
      });
      if (bytes === null) {
        throw new DomainError('sampleMissing', `the sample store has no image ${samplePath('', key)}`);
      }
      return bytes;
    },
    fileOf: (key) => samplePath(root, key),
    remove: (keys) =>
      removeEach(keys, async (key) => {
        const file = samplePath(root, key);
        const removed = await unlessMissing(async () => {
          await unlink(file);
          return true;
        });
        // Whoever was killed while writing it left no file, but perhaps a draft.
        if (removed === null) await removeDraftsOf(file);
      }),
    keepsVersions: () => Promise.resolve(false),
    removeDrafts: async (olderThanMs) => {
      await checkMark();
      return removeOldDrafts(root, olderThanMs);
    },
    check: async () => {
      await checkMark();
      try {
        // Through it, so that a file in its place is none.
        await access(`${root}/.`, constants.R_OK | constants.W_OK);
      } catch (error) {
        throw unusable(root, error);
      }
    },
  };
}

const removedAtOnce = 16;

/** Some at once, until the store is away. */
async function removeEach(
  keys: readonly string[],
  remove: (key: string) => Promise<void>,
): Promise<RemovedImages> {
  for (const key of keys) samplePath('', key);
  const gone: string[] = [];
  const refused = new Map<string, unknown>();
  let away: StoreAwayError | null = null;
  for (let start = 0; start < keys.length && away === null; start += removedAtOnce) {
    const errors = await Promise.all(
      keys.slice(start, start + removedAtOnce).map(async (key) => {
        try {
          await remove(key);
          gone.push(key);
        } catch (error) {
          if (error instanceof StoreAwayError) return error;
          refused.set(key, error);
        }
        return null;
      }),
    );
    away = errors.find((error) => error !== null) ?? null;
  }
  return { gone, refused, away };
}

// Of the process, of the system or of a share, not of one file.
const ofAllFiles = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ESTALE', 'EAGAIN', 'ETIMEDOUT', 'ENOTCONN']);

/** The folder is the right one and this file resists: a disk's fault, a folder or a loop of links in its place, its rights. */
function explainUnreadable(error: unknown, key: string): unknown {
  const code = errorCode(error);
  if (code === null || error instanceof DomainError || ofAllFiles.has(code)) return error;
  return new DomainError('sampleUnreadable', `the image ${samplePath('', key)} cannot be read (${code})`, {
    cause: error,
  });
}

/** A full disk is the one failure here that an operator can mend: it should say where. */
function explainFull(error: unknown, root: string): unknown {
  const code = errorCode(error);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return isFull ? new Error(`The disk of the sample store ${root} is full`, { cause: error }) : error;
}

import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isShared } from './rights.ts';

export interface DurableFile {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Its name while it is not whole. */
  readonly draft: string;
  /** Who may do what with it. */
  readonly rights: number;
}

/** A file appears under its name only when it is whole and on the disk; what was there is replaced. */
export async function writeDurably({ file, bytes, draft, rights }: DurableFile): Promise<void> {
  try {
    const handle = await open(draft, 'wx', rights);
    try {
      if (isShared(rights)) await handle.chmod(rights);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  // A name survives a power cut only when its folder is on the disk too.
  await syncFolder(dirname(file));
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

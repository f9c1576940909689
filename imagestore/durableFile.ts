import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

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

/** What the operator has set for the store's root holds for all that is made in it; a root that we make is ours alone. */
export async function rightsOf(root: string): Promise<{ readonly folder: number; readonly file: number }> {
  const folder = await stat(root).then(
    ({ mode }) => mode & 0o7777,
    () => 0o700,
  );
  return { folder, file: folder & 0o666 };
}

/** Whether others than the owner have any: this process makes things without. */
function isShared(rights: number): boolean {
  return (rights & 0o077) !== 0;
}

/** Makes a folder with those above it that are missing. @returns whether one was */
export async function makeFolder(folder: string, rights: number): Promise<boolean> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return false;
  for (let made = folder; isShared(rights) && made.length >= first.length; made = dirname(made)) {
    await chmod(made, rights);
  }
  return true;
}

/** Of an error of the file system, such as ENOENT. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

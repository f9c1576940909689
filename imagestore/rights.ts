import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the operator has set for the store's root holds for all that is made in it; a root that we make is ours alone. */
export async function rightsOf(root: string): Promise<{ readonly folder: number; readonly file: number }> {
  const folder = await stat(root).then(
    ({ mode }) => mode & 0o7777,
    () => 0o700,
  );
  return { folder, file: folder & 0o666 };
}

/** Whether others than the owner have any: this process makes things without. */
export function isShared(rights: number): boolean {
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

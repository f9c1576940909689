import { execFile } from 'node:child_process';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestFolder } from './folder.ts';

const run = promisify(execFile);
const megabyte = Buffer.alloc(1024 * 1024);

export type SmallDisk = Awaited<ReturnType<typeof mountSmallDisk>>;

/** A disk of so many megabytes in memory that belongs to the owner of `like`; only root may mount one. */
export async function mountSmallDisk(megabytes: number, like: string) {
  const folder = await createTestFolder('disk');
  const { uid, gid } = await stat(like);
  await run('mount', [
    ...['-t', 'tmpfs', '-o', `size=${megabytes}m,uid=${uid},gid=${gid},mode=700`, 'tmpfs', folder.path],
  ]);
  const filler = join(folder.path, 'filler');
  return {
    path: folder.path,

    /** Leaves not a single byte. */
    fill: async (): Promise<void> => {
      const file = await open(filler, 'a');
      try {
        for (;;) await file.write(megabyte);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },

    free: () => rm(filler),

    remove: async (): Promise<void> => {
      await run('umount', [folder.path]);
      await folder.remove();
    },
  };
}

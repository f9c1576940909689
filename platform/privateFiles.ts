import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from './logger.ts';

const othersMay = 0o077;

/** From now on what this process and those that it starts make is for their own user alone. */
export function keepFilesPrivate(): void {
  process.umask(othersMay);
}

/** All that a start, a demo or a command puts into a data folder. */
const ours =
  /^(postgres|temporal|samples|photos|processes|logs|secrets|cache|start\.lock.*|(postgres|temporal)\.log|THIS-IS-A-DEMO)$/;

/**
 * Takes from others what an earlier release let them do in a data folder. The folder itself keeps its rights, and that
 * is told, where it holds other things too, is somebody else's or is shared by all users, as /tmp is.
 */
export async function tightenDataFolder(dataDir: string, log: Logger): Promise<void> {
  const names = await readdir(dataDir);
  const { mode, uid } = await lstat(dataDir);
  if ((mode & othersMay) !== 0) {
    const isShared = (mode & 0o1000) !== 0 || uid !== process.getuid?.();
    if (isShared || names.some((name) => !ours.test(name))) {
      log.warn(
        { dataDir, mode: (mode & 0o7777).toString(8) },
        'DATA_DIR is readable by other users; the files in it are not: use a dedicated folder, or chmod 700',
      );
    } else {
      await chmod(dataDir, mode & 0o700);
      log.info({ dataDir }, 'DATA_DIR was readable by other users; its permissions have been fixed');
    }
  }
  for (const name of names) if (ours.test(name)) await tighten(join(dataDir, name));
}

/** Nobody gets past a folder that is closed: what is below it has not to be looked at, be it millions of samples. */
async function tighten(path: string): Promise<void> {
  // Of a process that ends just now; or a file of somebody else, which is theirs to close.
  const found = await lstat(path).catch(() => null);
  if (found === null || found.isSymbolicLink() || (found.mode & othersMay) === 0) return;
  await chmod(path, found.mode & 0o700).catch(() => undefined);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await tighten(join(path, name));
}

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { acquireLock } from '../../embedded/lock.ts';
import { stopLeftPostgres } from '../../embedded/postgres.ts';
import { stopLeftTemporal } from '../../embedded/temporal.ts';
import type { Logger } from '../../platform/logger.ts';
import { UsageError } from '../cli/options.ts';

const marker = 'THIS-IS-A-DEMO';

/**
 * An empty folder for a demo. What an earlier demo left there is removed; any other folder that is not empty is
 * refused.
 */
export async function prepareDataFolder(path: string, log: Logger): Promise<string> {
  const folder = resolve(path);
  await mkdir(folder, { recursive: true });
  const found = await readdir(folder);
  if (found.length > 0) {
    if (!found.includes(marker)) {
      throw new UsageError(`${folder} is not empty and was not made by a demo; --folder names another one`);
    }
    await removeDemo(folder, found, log);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, marker), 'npm run demo removes everything in this folder when it starts.\n');
  return folder;
}

async function removeDemo(folder: string, found: readonly string[], log: Logger): Promise<void> {
  const lock = await acquireLock(folder);
  // A killed demo may have left servers behind that still write here.
  if (found.includes('postgres')) await stopLeftPostgres(folder, log);
  if (found.includes('temporal')) await stopLeftTemporal(folder, log);
  // Where PostgreSQL's files are when its user could not enter this folder.
  const place = (await readFile(join(folder, 'postgres', 'place'), 'utf8').catch(() => '')).trim();
  if (place !== '') await rm(place, { recursive: true, force: true });
  await rm(folder, { recursive: true });
  await lock.release();
}

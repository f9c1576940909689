import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { acquireLock } from '../../embedded/lock.ts';
import { isListening } from '../../embedded/ports.ts';
import { stopLeftPostgres } from '../../embedded/postgres.ts';
import { stopLeftTemporal } from '../../embedded/temporal.ts';
import { type Environment, environmentWith, loadConfig } from '../../platform/config.ts';
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
  await writeFile(join(folder, marker), 'npm run demo deletes everything in this folder when it starts.\n');
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

/**
 * The demo has servers, data and accounts of its own, whatever the settings say; only PORT is kept, unless it is
 * taken and was not asked for.
 */
export async function demoEnvironment(dataDir: string): Promise<Environment> {
  const asked = environmentWith({})['PORT'] ?? '';
  const standard = loadConfig({}).port;
  const own = [
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'IMAGE_STORE',
    'ADMIN_LOGIN',
    'HOST',
  ];
  const tuned = [
    'DEFAULT_DESCRIPTOR_VERSION',
    'TASK_QUEUE_PREFIX',
    'GC_WINDOW',
    'BATCH_TARGET_MS',
    'EXTRACT_BATCH_TARGET_MS',
    'PARTS_PER_RUN',
  ];
  const secrets = ['DATABASE_URL_FILE', 'ADMIN_PASSWORD', 'ADMIN_PASSWORD_FILE', 'TEMPORAL_API_KEY'];
  return {
    ...Object.fromEntries([...own, ...tuned, ...secrets].map((name) => [name, ''])),
    DATA_DIR: dataDir,
    PORT: asked === '' && (await isListening(standard)) ? '0' : asked,
    WORKER_METRICS_PORT: '0',
    EXTRACT_PROCESSES: String(Math.min(4, availableParallelism())),
    // Some hundreds of faces are to be several subtasks.
    PART_SIZE_EXTRACT: '100',
    PART_SIZE_GC: '100',
  };
}

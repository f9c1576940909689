import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkDatabase } from '../../db/schema/checkDatabase.ts';
import { ConfigError, type Config } from '../../platform/config.ts';

const fileIn = (dataDir: string) => join(dataDir, 'secrets', 'database-url');

/**
 * The database that a command works on, without a pooler: DATABASE_DIRECT_URL, DATABASE_URL, or the embedded one of an
 * `npm start` that runs on the same DATA_DIR. @throws ConfigError when there is none
 */
export async function getDatabaseUrl(config: Config): Promise<string> {
  const { databaseUrl, databaseDirectUrl, dataDir } = config;
  const url = databaseDirectUrl ?? databaseUrl ?? (await readFile(fileIn(dataDir), 'utf8').catch(() => ''));
  if (url !== '') return url;
  throw new ConfigError([`DATABASE_URL: not set, and npm start is not running on ${dataDir}`]);
}

/** `getDatabaseUrl`, when that database answers: a command says at once that it does not. */
export async function getAnsweringDatabase(config: Config): Promise<string> {
  const url = await getDatabaseUrl(config);
  await checkDatabase(url);
  return url;
}

/** Lets commands find the embedded database while it runs; only its owner can read the file. */
export async function announceDatabase(dataDir: string, databaseUrl: string): Promise<() => Promise<void>> {
  await mkdir(dirname(fileIn(dataDir)), { recursive: true, mode: 0o700 });
  await writeFile(fileIn(dataDir), databaseUrl, { mode: 0o600 });
  return () => rm(fileIn(dataDir), { force: true });
}

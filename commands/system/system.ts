import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDatabase } from '../../db/schema/checkDatabase.ts';
import { migrate } from '../../db/schema/migrate.ts';
import { acquireLock } from '../../embedded/lock.ts';
import { type Config, type Environment, environmentWith, loadConfig } from '../../platform/config.ts';
import { keepFilesPrivate, tightenDataFolder } from '../../platform/privateFiles.ts';
import { ensureAdmin } from '../accounts/adminAccount.ts';
import { cacheDir } from './cacheDir.ts';
import { stopLeftChild } from './childProcess.ts';
import { announceDatabase } from './databaseUrl.ts';
import { defaultWorkers, type SystemOptions } from './options.ts';
import { type ProcessUrls, startProcesses } from './processes.ts';
import { type Servers, startServers } from './servers.ts';
import { checkSurroundings, makeDataFolder } from './startChecks.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

/** The processes are called postgres, temporal, worker-1, worker-2, … and api. */
export interface Running
  extends ProcessUrls, Pick<Supervisor, 'pids' | 'kill' | 'halt' | 'resume' | 'restart' | 'stop'> {
  readonly config: Config;
  /** Of the server itself, also if the processes go through a pooler. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUi: string | null;
  /** What the processes were started with, each without the secrets that it does not need; for starting more of them. */
  readonly env: Environment;
  /** Whether this start made the administrator's account. */
  readonly isFirstStart: boolean;
}

/**
 * Everything on this machine: servers (those that the settings do not name), schema, workers, API, each kept
 * alive. What an earlier start left behind in the same DATA_DIR is stopped first.
 */
export async function startEverything(options: SystemOptions): Promise<Running> {
  const { log, overrides = {}, api = true, workers = defaultWorkers } = options;
  const given = environmentWith(overrides);
  const isEmbedded = !given['DATABASE_URL'] && !given['DATABASE_URL_FILE'];
  // An embedded database's secret is made below; everything else has to be right before anything starts.
  const draft = loadConfig(given, isEmbedded ? 'command' : 'api');
  keepFilesPrivate();
  await makeDataFolder(draft);
  const lock = await acquireLock(draft.dataDir);
  const supervisor = createSupervisor({ log });
  let withdraw: () => Promise<void> = () => Promise.resolve();
  const stop = async (): Promise<void> => {
    await withdraw();
    await supervisor.stop();
    await lock.release();
  };
  try {
    await tightenDataFolder(draft.dataDir, log);
    await stopLeftChildren(draft.dataDir);
    await checkSurroundings(draft, { api, workers: workers.length });
    const secret = isEmbedded ? await sessionSecret(draft) : undefined;
    const servers = await startServers(draft, options, supervisor);
    if (isEmbedded) withdraw = await announceDatabase(draft.dataDir, servers.databaseUrl);
    const env = childEnvironment(given, draft, servers, secret);
    const config = loadConfig(env, 'api');
    const databaseUrl = config.databaseDirectUrl ?? servers.databaseUrl;
    const ownerUrl = (isEmbedded ? undefined : draft.migrationDatabaseUrl) ?? databaseUrl;
    if (!isEmbedded) await checkDatabase(ownerUrl);
    const { applied } = await migrate({ databaseUrl: ownerUrl, serviceUrl: servers.databaseUrl, log });
    log.debug({ applied }, 'schema is up to date');
    const isFirstStart = await ensureAdmin(config, databaseUrl, log);
    const urls = await startProcesses(config, env, options, supervisor);
    return { ...supervisor, stop, config, env, isFirstStart, ...urls, ...servers, databaseUrl };
  } catch (error) {
    await stop();
    throw error;
  }
}

function childEnvironment(
  given: Environment,
  config: Config,
  servers: Servers,
  secret: string | undefined,
): Environment {
  return {
    ...given,
    DATA_DIR: config.dataDir,
    DATABASE_URL: servers.databaseUrl,
    DATABASE_URL_FILE: '',
    MIGRATION_DATABASE_URL: '',
    MIGRATION_DATABASE_URL_FILE: '',
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_UI_URL: config.temporalUiUrl ?? servers.temporalUi ?? '',
    BUNDLE_CACHE: config.bundleCache ?? join(cacheDir, 'workflows'),
    ...(secret === undefined ? {} : { SESSION_SECRET: secret, SESSION_SECRET_FILE: '' }),
  };
}

async function stopLeftChildren(dataDir: string): Promise<void> {
  const folder = join(dataDir, 'processes');
  const files = await readdir(folder).catch(() => []);
  await Promise.all(files.map((file) => stopLeftChild(join(folder, file))));
}

/** The given key of session cookies, or the one that the first start made and keeps in `DATA_DIR/secrets`. */
async function sessionSecret(config: Pick<Config, 'dataDir' | 'sessionSecret'>): Promise<string> {
  if (config.sessionSecret !== undefined) return config.sessionSecret.join(',');
  const folder = join(config.dataDir, 'secrets');
  const file = join(folder, 'session');
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept.length >= 32) return kept;
  const secret = randomBytes(32).toString('base64url');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

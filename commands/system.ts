import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '../db/migrate.ts';
import { acquireLock } from '../embedded/lock.ts';
import { startPostgres, type Postgres } from '../embedded/postgres.ts';
import { startTemporal, type Temporal } from '../embedded/temporal.ts';
import { startChild, stopLeftChild, type Child } from '../platform/childProcess.ts';
import { environmentWith, loadConfig, type Config, type Environment } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { createSupervisor, type Supervisor, type Unit } from '../platform/supervisor.ts';
import { ensureAdmin } from './adminAccount.ts';
import { cacheDir } from './cacheDir.ts';
import { sessionSecret } from './sessionSecret.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

export interface SystemOptions {
  readonly log: Logger;
  /** Variables that replace those of this process; an empty one counts as absent. */
  readonly overrides?: Environment;
  /** The queues of each worker process; default one worker for all. */
  readonly workers?: readonly string[];
  /** Whether the API is started too; default true. */
  readonly api?: boolean;
  /** Whether Temporal's own pages are served; default true. */
  readonly temporalUi?: boolean;
  /** `files`: the processes write to DATA_DIR/logs instead of to stderr. */
  readonly output?: 'stderr' | 'files';
  /** Settings of the embedded PostgreSQL that replace ours. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Gives up the start, and stops what has been started. */
  readonly signal?: AbortSignal;
}

/** The processes are called postgres, temporal, worker-1, worker-2, … and api. */
export interface Running extends Pick<Supervisor, 'pids' | 'kill' | 'halt' | 'resume' | 'restart' | 'stop'> {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUi: string | null;
  /** Empty when the API is not started. */
  readonly apiUrl: string;
  /** What the processes were started with, for starting more of them. */
  readonly env: Environment;
  /** Whether this start made the administrator's account. */
  readonly isFirstStart: boolean;
}

const ranks = { postgres: 0, temporal: 1, worker: 2, api: 3 };

/**
 * Everything on this machine: servers (those that the settings do not name), schema, workers, API, each kept
 * alive. What an earlier start left behind in the same DATA_DIR is stopped first.
 */
export async function startEverything(options: SystemOptions): Promise<Running> {
  const { log, overrides = {} } = options;
  const given = environmentWith(overrides);
  const draft = loadConfig(given);
  await mkdir(draft.dataDir, { recursive: true });
  const lock = await acquireLock(draft.dataDir);
  const supervisor = createSupervisor({ log });
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    await lock.release();
  };
  try {
    await stopLeftChildren(draft.dataDir);
    const secret = draft.databaseUrl === undefined ? await sessionSecret(draft) : undefined;
    const servers = await startServers(draft, options, supervisor);
    const env = childEnvironment(given, draft, servers, secret);
    const config = loadConfig(env, 'api');
    const { applied } = await migrate({ databaseUrl: servers.databaseUrl, log });
    log.debug({ applied }, 'schema is up to date');
    const isFirstStart = await ensureAdmin(config, servers.databaseUrl);
    const apiUrl = await startProcesses(config, env, options, supervisor);
    return { ...supervisor, stop, config, env, isFirstStart, apiUrl, ...servers };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUi: string | null;
}

async function startServers(
  config: Config,
  options: SystemOptions,
  supervisor: Supervisor,
): Promise<Servers> {
  const { log, postgresSettings = {}, temporalUi = true } = options;
  const { dataDir, temporalCli: cli } = config;
  let postgres: Postgres | undefined;
  let temporal: Temporal | undefined;
  // A restarted server keeps its port: everybody else knows it by that.
  const portOf = (server: { port: number } | undefined) =>
    server === undefined ? {} : { port: server.port };
  const units: Unit[] = [];
  if (config.databaseUrl === undefined) {
    units.push({
      name: 'postgres',
      rank: ranks.postgres,
      start: async (signal) =>
        (postgres = await startPostgres({
          ...{ dataDir, log, signal, settings: postgresSettings },
          ...portOf(postgres),
        })),
    });
  }
  if (config.temporalAddress === undefined) {
    units.push({
      name: 'temporal',
      rank: ranks.temporal,
      start: async (signal) =>
        (temporal = await startTemporal({
          ...{ dataDir, cacheDir, log, signal, cli, ui: temporalUi },
          ...portOf(temporal),
        })),
    });
  }
  log.info('starting PostgreSQL and Temporal');
  await addAll(units, options.signal, supervisor);
  return {
    databaseUrl: config.databaseUrl ?? postgres?.url ?? '',
    temporalAddress: config.temporalAddress ?? temporal?.address ?? '',
    temporalUi: temporal?.uiAddress ?? null,
  };
}

async function startProcesses(
  config: Config,
  env: Environment,
  options: SystemOptions,
  supervisor: Supervisor,
): Promise<string> {
  const { workers = ['orchestrate,gc,extract'], api = true, output = 'stderr', log } = options;
  const { dataDir, workerMetricsPort } = config;
  const child = (name: string, file: string, args: string[], more: Environment, signal: AbortSignal) =>
    startChild({
      ...{ name, args, signal, file: join(root, file), env: { ...env, ...more } },
      pidFile: join(dataDir, 'processes', `${name}.json`),
      logFile: output === 'files' ? join(dataDir, 'logs', `${name}.log`) : undefined,
    });
  const units: Unit[] = workers.map((queues, index) => ({
    name: `worker-${index + 1}`,
    rank: ranks.worker,
    start: (signal) => {
      const port = workerMetricsPort === 0 ? 0 : workerMetricsPort + index;
      const more = { WORKER_METRICS_PORT: String(port) };
      return child(`worker-${index + 1}`, 'temporal/worker.ts', ['--queues', queues], more, signal);
    },
  }));
  let server: Child | undefined;
  if (api) {
    units.push({
      name: 'api',
      rank: ranks.api,
      start: async (signal) => {
        const port = server?.url == null ? {} : { PORT: new URL(server.url).port };
        return (server = await child('api', 'api/server.ts', [], port, signal));
      },
    });
  }
  log.info('starting workers and API');
  await addAll(units, options.signal, supervisor);
  return server?.url ?? '';
}

async function addAll(
  units: readonly Unit[],
  signal: AbortSignal | undefined,
  supervisor: Supervisor,
): Promise<void> {
  signal?.throwIfAborted();
  const stop = () => void supervisor.stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const results = await Promise.allSettled(units.map((unit) => supervisor.add(unit)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
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
    TEMPORAL_ADDRESS: servers.temporalAddress,
    BUNDLE_CACHE: config.bundleCache ?? join(cacheDir, 'workflows'),
    ...(secret === undefined ? {} : { SESSION_SECRET: secret, SESSION_SECRET_FILE: '' }),
  };
}

async function stopLeftChildren(dataDir: string): Promise<void> {
  const folder = join(dataDir, 'processes');
  const files = await readdir(folder).catch(() => []);
  await Promise.all(files.map((file) => stopLeftChild(join(folder, file))));
}

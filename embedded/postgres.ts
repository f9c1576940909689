import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import { launch, type EmbeddedServer, type Launched } from './launch.ts';
import { onRememberedPort } from './ports.ts';
import { findPostgresBinaries } from './postgresBinaries.ts';
import { databaseName, prepareCluster } from './postgresCluster.ts';
import { postgresSettings } from './postgresSettings.ts';
import { nameForServer, postgresFolder, programsFolder } from './postgresFolder.ts';
import { findPostgresUser } from './postgresUser.ts';
import { commandLineOf, isAlive, stopProcess, workingFolderOf } from '../platform/processes.ts';

export interface PostgresOptions {
  readonly dataDir: string;
  readonly log: Logger;
  /** Default: the one that the data folder remembers, or any free one. */
  readonly port?: number;
  /** Server settings that replace ours. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The main file of the package with its programs; default: the one that is installed. */
  readonly programs?: string | undefined;
  /** Gives up the start. */
  readonly signal?: AbortSignal;
}

export interface Postgres extends EmbeddedServer {
  readonly url: string;
  /** `fast` ends sessions and writes a checkpoint; `immediate` is as good as a power cut. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

type StopSteps = readonly (readonly [NodeJS.Signals, number])[];

const stopFast: StopSteps = [
  ['SIGINT', 5_000],
  ['SIGQUIT', 3_000],
  ['SIGKILL', 2_000],
];
const stopImmediate: StopSteps = stopFast.slice(1);

// Crash recovery of up to max_wal_size of log comes before readiness.
const readyLimitMs = 300_000;

/**
 * Starts a PostgreSQL on loopback with its files in `dataDir/postgres`, ready to be used. One that a killed
 * start left behind on the same files is stopped first.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir, log, port, settings, signal, programs } = options;
  const user = await findPostgresUser();
  const folder = await postgresFolder(dataDir, user, log);
  const binaries = await findPostgresBinaries(user, (other) => programsFolder(dataDir, other, log), programs);
  const cluster = await prepareCluster(folder, binaries, user);
  const pidFile = join(cluster.folder, 'postmaster.pid');
  await stopOrphan(pidFile, cluster.folder, log);
  const startAt = async (chosen: number): Promise<Postgres> => {
    const server = await launch({
      name: 'PostgreSQL',
      command: binaries.postgres,
      cwd: cluster.folder,
      args: ['-D', nameForServer(cluster.folder, user), '-p', String(chosen), ...postgresSettings(settings)],
      logFile: join(dataDir, 'postgres.log'),
      user,
      log,
      readyLimitMs,
      signal,
      // Children of a killed postmaster hold its shared memory until they notice, some milliseconds.
      retryWhen: /pre-existing shared memory block|lock file .* already exists/,
      isReady: async (pid) => {
        const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
        return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
      },
    });
    return {
      url: `postgres://postgres:${cluster.password}@127.0.0.1:${chosen}/${databaseName}`,
      port: chosen,
      pid: server.pid,
      exited: server.exited,
      stop: (mode = 'fast') => stop(server, mode === 'fast' ? stopFast : stopImmediate),
    };
  };
  return port === undefined ? onRememberedPort(join(folder, 'port'), startAt) : startAt(port);
}

/** Stops the PostgreSQL that a killed start left behind in `dataDir`, if there is one. */
export async function stopLeftPostgres(dataDir: string, log: Logger): Promise<void> {
  const folder = join(await postgresFolder(dataDir, await findPostgresUser(), log), 'cluster');
  await stopOrphan(join(folder, 'postmaster.pid'), folder, log);
}

async function stop(server: Launched, steps: StopSteps): Promise<void> {
  if (!server.hasExited()) await stopProcess(server.pid, steps);
  await server.waitForExit();
}

async function stopOrphan(pidFile: string, folder: string, log: Logger): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (isAlive(pid) && (await isPostmasterOf(pid, folder))) {
    log.warn({ serverPid: pid }, 'stopping a PostgreSQL left over from an earlier run');
    await stopProcess(pid, stopFast);
    return;
  }
  // The pid may belong to a stranger by now, and PostgreSQL would take that for a running server.
  await rm(pidFile, { force: true });
}

async function isPostmasterOf(pid: number, folder: string): Promise<boolean> {
  const command = await commandLineOf(pid);
  if (command?.includes('postgres') !== true) return false;
  const workingFolder = await workingFolderOf(pid);
  return workingFolder === null ? command.includes(folder) : workingFolder === (await realpath(folder));
}

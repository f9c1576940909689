import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import { launch, type EmbeddedServer, type Launched } from './launch.ts';
import { isListening, onRememberedPort, rememberedPort } from './ports.ts';
import { commandLineOf, stopProcess } from '../platform/processes.ts';
import { findTemporalCli } from './temporalCli.ts';
import { runProgram } from './runProgram.ts';

export interface TemporalOptions {
  readonly dataDir: string;
  /** Folder for a downloaded program; see temporalCli.ts. */
  readonly cacheDir: string;
  readonly log: Logger;
  /** Serve the Temporal Web UI too. */
  readonly ui?: boolean;
  /** Default: the one that the data folder remembers, or any free one. */
  readonly port?: number;
  /** The temporal program to use; default: looked for, then downloaded. */
  readonly cli?: string | undefined;
  /** Gives up the start. */
  readonly signal?: AbortSignal;
}

export interface Temporal extends EmbeddedServer {
  readonly address: string;
  readonly uiAddress: string | null;
  stop(): Promise<void>;
}

const stopSteps = [
  ['SIGTERM', 3_000],
  ['SIGKILL', 2_000],
] as const;

const readyLimitMs = 60_000;

/**
 * Starts a Temporal development server on loopback that keeps its data in `dataDir/temporal`, ready for
 * clients. One that a killed start left behind on the same files is stopped first.
 */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const { dataDir, log, ui = false } = options;
  const folder = resolve(dataDir, 'temporal');
  await mkdir(folder, { recursive: true });
  const pidFile = join(folder, 'pid');
  await stopOrphan(pidFile, folder, log);
  const cli = await findTemporalCli(options);
  const startAt = async (port: number): Promise<Temporal> => {
    const uiPort = ui ? await rememberedPort(join(folder, 'ui-port')) : null;
    const address = `127.0.0.1:${port}`;
    const server = await launch({
      name: 'Temporal',
      command: cli.path,
      args: [
        ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
        ...(uiPort === null ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
        // A file of one version is not promised to suit another; tasks go on from PostgreSQL when it is new.
        ...['--db-filename', join(folder, `temporal-${cli.version}.db`)],
        ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
        ...['--log-level', 'warn'],
        // Otherwise it tells version-info.temporal.io once an hour what it is and runs on, and which SDKs ask it.
        ...['--dynamic-config-value', 'frontend.enableServerVersionCheck=false'],
      ],
      logFile: join(dataDir, 'temporal.log'),
      log,
      readyLimitMs,
      signal: options.signal,
      // The database file stays locked for a moment after its last user was killed.
      retryWhen: /database is locked/,
      isReady: async (pid) => {
        await writeFile(pidFile, `${pid}\n`);
        return (await isListening(port)) && (await answers(cli.path, address));
      },
    });
    return {
      address,
      uiAddress: uiPort === null ? null : `http://127.0.0.1:${uiPort}`,
      port,
      pid: server.pid,
      exited: server.exited,
      stop: () => stop(server, pidFile),
    };
  };
  return options.port === undefined ? onRememberedPort(join(folder, 'port'), startAt) : startAt(options.port);
}

/** Stops the Temporal server that a killed start left behind in `dataDir`, if there is one. */
export async function stopLeftTemporal(dataDir: string, log: Logger): Promise<void> {
  const folder = resolve(dataDir, 'temporal');
  await stopOrphan(join(folder, 'pid'), folder, log);
}

async function stop(server: Launched, pidFile: string): Promise<void> {
  if (!server.hasExited()) await stopProcess(server.pid, stopSteps);
  await server.waitForExit();
  await rm(pidFile, { force: true });
}

async function answers(cli: string, address: string): Promise<boolean> {
  const call = ['operator', 'namespace', 'describe', '--namespace', 'default', '--address', address];
  return runProgram(cli, call, { timeout: 5_000 }).then(
    () => true,
    () => false,
  );
}

async function stopOrphan(pidFile: string, folder: string, log: Logger): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return;
  const command = await commandLineOf(pid);
  if (command?.includes('server start-dev') === true && command.includes(folder)) {
    log.warn({ serverPid: pid }, 'stopping a Temporal server left over from an earlier run');
    await stopProcess(pid, stopSteps);
  }
  await rm(pidFile, { force: true });
}

import { once } from 'node:events';
import { mkdir, statfs, writeFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ConfigError, type Config } from '../../platform/config.ts';
import { hostOf, parseDatabaseAddress } from '../../platform/databaseAddress.ts';
import { requireHttps } from '../../platform/encryption.ts';
import { checkPlace } from '../../platform/listen.ts';

const megabyte = 1024 * 1024;
/** An empty database is 40 MB, and its log as much again at the first import. */
const leastFree = { embedded: 256 * megabyte, foreign: 16 * megabyte };
const answerLimitMs = 4_000;

/** A data folder that can be written to, with room for a start. @throws ConfigError */
export async function makeDataFolder({ dataDir, databaseUrl }: Config): Promise<void> {
  const probe = join(dataDir, `start.lock.probe.${process.pid}`);
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(probe, 'x');
  } catch (error) {
    throw fault(`DATA_DIR: ${dataDir} cannot be written to (${codeOf(error)}); set another folder`, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
  const { bavail, bsize } = await statfs(dataDir);
  const least = databaseUrl === undefined ? leastFree.embedded : leastFree.foreign;
  if (bavail * bsize >= least) return;
  const [free, needed] = [bavail * bsize, least].map((bytes) => `${Math.floor(bytes / megabyte)} MB`);
  throw fault(
    `DATA_DIR: the disk of ${dataDir} is full, ${free} are free of the ${needed} needed to start; free some space, or set another folder`,
  );
}

/** As a place among the others, so that all faults are told at once. */
async function checkHttps(config: Config): Promise<void> {
  await Promise.resolve();
  requireHttps(config);
}

export interface StartParts {
  readonly api: boolean;
  readonly workers: number;
}

/** Whatever would end a start half a minute later: ports that are taken, servers that do not answer. @throws ConfigError */
export async function checkSurroundings(config: Config, { api, workers }: StartParts): Promise<void> {
  const { host, port, workerMetricsHost, workerMetricsPort } = config;
  const places: Promise<void>[] = [];
  if (api) places.push(checkPlace({ host, port }, 'api'), checkHttps(config));
  if (workerMetricsPort !== undefined && workerMetricsPort !== 0) {
    for (let index = 0; index < workers; index++) {
      places.push(checkPlace({ host: workerMetricsHost, port: workerMetricsPort + index }, 'worker'));
    }
  }
  const results = await Promise.allSettled([
    ...places,
    checkAnswers('DATABASE_URL', databasePlace(config.databaseUrl)),
    checkAnswers('DATABASE_DIRECT_URL', databasePlace(config.databaseDirectUrl)),
    checkAnswers('TEMPORAL_ADDRESS', temporalPlace(config.temporalAddress)),
  ]);
  const faults = results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    if (result.reason instanceof ConfigError) return result.reason.faults;
    throw result.reason;
  });
  if (faults.length > 0) throw new ConfigError([...new Set(faults)]);
}

interface Server {
  readonly host: string;
  readonly port: number;
}

/** Null: there is none, or it is asked through a socket file or several hosts, of which some may be away. */
function databasePlace(url: string | undefined): Server | null {
  if (url === undefined) return null;
  const { urls } = parseDatabaseAddress(url);
  const server = hostOf(urls[0]);
  return urls.length > 1 || server.host === '' || server.host.startsWith('/') ? null : server;
}

function temporalPlace(address: string | undefined): Server | null {
  if (address === undefined) return null;
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

async function checkAnswers(name: string, server: Server | null): Promise<void> {
  if (server === null) return;
  const socket = connect(server);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(answerLimitMs) });
  } catch (error) {
    throw fault(
      `${name}: nothing answers at ${server.host}:${server.port} (${codeOf(error)}); start the server, or correct the address`,
      error,
    );
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return `waited for ${answerLimitMs / 1000} s`;
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

function fault(sentence: string, cause?: unknown): ConfigError {
  return new ConfigError([sentence], { cause });
}

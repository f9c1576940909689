import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../../../commands/system/cacheDir.ts';
import { acquireLock, LockedError } from '../../../embedded/lock.ts';
import { stopLeftPostgres } from '../../../embedded/postgres.ts';
import { startTemporal, stopLeftTemporal } from '../../../embedded/temporal.ts';
import type { Logger } from '../../../platform/logger.ts';
import { startTestPostgres } from '../postgres/programs.ts';

export interface TestServers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  stop(): Promise<void>;
}

export interface TestServersOptions {
  readonly log: Logger;
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly temporalCli: string | undefined;
}

// Nobody kills this one, and its rows end with the run. An API of a test may have twelve connections, and a file two APIs.
const careless = {
  ...{ fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' },
  max_connections: '500',
};

const runs = join(tmpdir(), `luna-admin-test-${process.getuid?.() ?? 0}`);

/** One PostgreSQL and one Temporal for a whole test run, in a folder that goes away with them. */
export async function startTestServers(options: TestServersOptions): Promise<TestServers> {
  const { log } = options;
  await sweepKilledRuns(log);
  const dataDir = join(runs, String(process.pid));
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(dataDir);
  const [postgres, temporal] = await Promise.allSettled([
    options.databaseUrl === undefined
      ? startTestPostgres({ dataDir, log, settings: careless }, [runs, dataDir])
      : null,
    options.temporalAddress === undefined
      ? startTemporal({ dataDir, cacheDir, log, cli: options.temporalCli })
      : null,
  ]);
  const stop = async (): Promise<void> => {
    if (temporal.status === 'fulfilled') await temporal.value?.stop();
    if (postgres.status === 'fulfilled') await postgres.value?.stop('immediate');
    await lock.release();
    await rm(dataDir, { recursive: true, force: true });
  };
  if (postgres.status === 'rejected' || temporal.status === 'rejected') {
    await stop();
    const reasons = [postgres, temporal].flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    throw new AggregateError(reasons, 'the servers that the tests need could not be started');
  }
  return {
    databaseUrl: options.databaseUrl ?? postgres.value?.url ?? '',
    temporalAddress: options.temporalAddress ?? temporal.value?.address ?? '',
    stop,
  };
}

async function sweepKilledRuns(log: Logger): Promise<void> {
  for (const name of await readdir(runs).catch(() => [])) {
    const dataDir = join(runs, name);
    try {
      await acquireLock(dataDir);
    } catch (error) {
      if (error instanceof LockedError) continue;
      throw error;
    }
    await stopLeftPostgres(dataDir, log);
    await stopLeftTemporal(dataDir, log);
    await rm(dataDir, { recursive: true, force: true });
  }
}

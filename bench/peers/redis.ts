import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '../../embedded/launch.ts';
import { isListening, rememberedPort } from '../../embedded/ports.ts';
import { runProgram } from '../../embedded/runProgram.ts';
import { fetchingEnvironment } from '../../platform/childEnvironment.ts';
import type { Logger } from '../../platform/logger.ts';
import { stopProcess } from '../../platform/processes.ts';

// The server's own package has a link to a program of the second; the others are its libraries.
const packages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
const script = fileURLToPath(new URL('../../.ci/debianProgram', import.meta.url));

export interface Redis {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Debian's Redis, unpacked into the cache; null: this machine has no Debian packages. */
export async function startRedis(folder: string, log: Logger, signal: AbortSignal): Promise<Redis | null> {
  const found = await runProgram(script, packages, { env: fetchingEnvironment() }).catch(() => null);
  if (found === null) return null;
  const programs = found.stdout.trim();
  const libraries = join(programs, '..', 'lib');
  const folders = (await readdir(libraries, { withFileTypes: true })).filter((one) => one.isDirectory());
  const paths = folders.map(({ name }) => join(libraries, name)).join(':');
  const port = await rememberedPort(join(folder, 'redis-port'));
  const server = await launch({
    ...{ name: 'Redis', command: '/usr/bin/env', log, signal, logFile: join(folder, 'redis.log') },
    args: [
      ...[`LD_LIBRARY_PATH=${paths}`, join(programs, 'redis-server'), '--port', String(port)],
      // As BullMQ's documents advise for production.
      ...['--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
    ],
    readyLimitMs: 20_000,
    isReady: () => isListening(port),
  });
  return {
    port,
    pid: server.pid,
    stop: async () => {
      await stopProcess(server.pid, [
        ['SIGTERM', 5_000],
        ['SIGKILL', 2_000],
      ]);
    },
  };
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from './childProcess.ts';
import { environmentFor } from '../../platform/childEnvironment.ts';
import type { Config, Environment } from '../../platform/config.ts';
import type { Role } from '../../platform/settings/settings.ts';
import { type Supervisor, type Unit, addUnits } from './supervisor.ts';
import { defaultWorkers, ranks, type SystemOptions } from './options.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ProcessUrls {
  /** Empty when the API is not started. */
  readonly apiUrl: string;
  /** Where the workers tell their figures and health, in their order. */
  readonly workerUrls: readonly string[];
}

/** Starts workers and API, all at once. */
export async function startProcesses(
  config: Config,
  env: Environment,
  options: SystemOptions,
  supervisor: Supervisor,
): Promise<ProcessUrls> {
  const { workers = defaultWorkers, api = true, output = 'stderr', log } = options;
  const { dataDir, workerMetricsPort } = config;
  const child = (
    name: string,
    program: { readonly role: Role; readonly file: string; readonly args?: readonly string[] },
    more: Environment,
    signal: AbortSignal,
  ) =>
    startChild({
      ...{ name, signal, args: program.args ?? [], file: join(root, program.file) },
      // What is compiled once is there for the next start: a third of its time. The extractors inherit it.
      env: environmentFor(program.role, {
        NODE_COMPILE_CACHE: join(dataDir, 'cache', 'compiled'),
        ...env,
        ...more,
      }),
      pidFile: join(dataDir, 'processes', `${name}.json`),
      logFile: output === 'files' ? join(dataDir, 'logs', `${name}.log`) : undefined,
    });
  const workerUrls: string[] = [];
  const units: Unit[] = workers.map((queues, index) => ({
    name: `worker-${index + 1}`,
    rank: ranks.worker,
    start: async (signal) => {
      const port = workerMetricsPort ? String(workerMetricsPort + index) : env['WORKER_METRICS_PORT'];
      const program = { role: 'worker', file: 'temporal/worker.ts', args: ['--queues', queues] } as const;
      const started = await child(`worker-${index + 1}`, program, { WORKER_METRICS_PORT: port }, signal);
      workerUrls[index] = started.url ?? '';
      return started;
    },
  }));
  let server: Child | undefined;
  if (api) {
    units.push({
      name: 'api',
      rank: ranks.api,
      start: async (signal) => {
        const port = server?.url == null ? {} : { PORT: new URL(server.url).port };
        return (server = await child('api', { role: 'api', file: 'api/server.ts' }, port, signal));
      },
    });
  }
  log.info('starting workers and API');
  await addUnits(units, options.signal, supervisor);
  return { apiUrl: server?.url ?? '', workerUrls };
}

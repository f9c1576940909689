import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../platform/childProcess.ts';
import type { Config, Environment } from '../platform/config.ts';
import type { Supervisor, Unit } from '../platform/supervisor.ts';
import { addUnits } from './addUnits.ts';
import { ranks, type SystemOptions } from './systemOptions.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Starts workers and API, all at once, and answers the API's address. */
export async function startProcesses(
  config: Config,
  env: Environment,
  options: SystemOptions,
  supervisor: Supervisor,
): Promise<string> {
  const { workers = ['orchestrate,gc,extract'], api = true, output = 'stderr', log } = options;
  const { dataDir, workerMetricsPort } = config;
  const child = (
    name: string,
    program: { readonly file: string; readonly args?: string[] },
    more: Environment,
    signal: AbortSignal,
  ) =>
    startChild({
      ...{ ...program, name, signal, file: join(root, program.file), env: { ...env, ...more } },
      pidFile: join(dataDir, 'processes', `${name}.json`),
      logFile: output === 'files' ? join(dataDir, 'logs', `${name}.log`) : undefined,
    });
  const units: Unit[] = workers.map((queues, index) => ({
    name: `worker-${index + 1}`,
    rank: ranks.worker,
    start: (signal) => {
      const port = workerMetricsPort === 0 ? 0 : workerMetricsPort + index;
      const more = { WORKER_METRICS_PORT: String(port) };
      return child(
        `worker-${index + 1}`,
        { file: 'temporal/worker.ts', args: ['--queues', queues] },
        more,
        signal,
      );
    },
  }));
  let server: Child | undefined;
  if (api) {
    units.push({
      name: 'api',
      rank: ranks.api,
      start: async (signal) => {
        const port = server?.url == null ? {} : { PORT: new URL(server.url).port };
        return (server = await child('api', { file: 'api/server.ts' }, port, signal));
      },
    });
  }
  log.info('starting workers and API');
  await addUnits(units, options.signal, supervisor);
  return server?.url ?? '';
}

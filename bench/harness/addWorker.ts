import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../../commands/system/childProcess.ts';
import type { Environment } from '../../platform/config.ts';
import type { Bed } from './bed.ts';

const workersFile = fileURLToPath(new URL('../../temporal/worker.ts', import.meta.url));

/** Another worker that extracts, beside the bed's own. */
export function addWorker(
  { running, signal }: Bed,
  number: number,
  settings: Environment = {},
): Promise<Child> {
  const { dataDir } = running.config;
  return startChild({
    ...{ name: `worker-${number}`, file: workersFile, args: ['--queues', 'extract'], signal },
    env: { ...running.env, WORKER_METRICS_PORT: '0', ...settings },
    pidFile: join(dataDir, 'processes', `worker-${number}.json`),
    logFile: join(dataDir, 'logs', `worker-${number}.log`),
  });
}

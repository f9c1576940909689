import { isRemote } from '../../extraction/catalogue/network.ts';
import { createExtractors, openRemote } from '../../extraction/extractors.ts';
import { createExtractorPool } from '../../extraction/pool/pool.ts';
import type { RemoteExtractor } from '../../extraction/remote/remoteExtractor.ts';
import type { HealthCheck } from '../../platform/healthChecks.ts';
import type { Logger } from '../../platform/logger.ts';
import { createMonthlyCounts } from '../../platform/monthlyCounts.ts';
import type { WorkerProcess, WorkerResources } from './resources.ts';

export type Networks = ReturnType<typeof createNetworks>;

/** Our own networks in child processes, remote ones behind HTTP; none in a worker that does not serve the queue of extracts. */
export function createNetworks(
  { config, log, shutdown }: WorkerProcess,
  { metrics, stores }: Pick<WorkerResources, 'metrics' | 'stores'>,
) {
  const estimations = createMonthlyCounts<{ name: string }>({
    write: (rows) => stores.stats.addEstimations(rows),
    log,
  });
  const count = (version: number, seconds: number): void => {
    const name = config.networks.find((network) => network.version === version)?.name ?? `version ${version}`;
    metrics.extractDuration.observe({ version: String(version) }, seconds);
    estimations.count({ name });
  };
  const pool = config.queues.includes('extract')
    ? createExtractorPool({
        ...{ processes: config.extractProcesses, networks: config.networks, log, onExtracted: count },
      })
    : null;
  if (pool !== null) shutdown.on('last', 'extractors', () => pool.close());
  const remotes =
    pool === null
      ? []
      : config.networks.filter(isRemote).map((entry) => {
          const label = { kind: entry.kind, version: String(entry.version) };
          metrics.remoteExtractorAsked.set(label, 1);
          return openRemote(entry, pool, {
            timeoutMs: config.remoteExtractorTimeoutMs,
            concurrency: config.remoteExtractorConcurrency,
            retries: config.remoteExtractorRetries,
            log,
            onAsked: (isAsked) => metrics.remoteExtractorAsked.set(label, isAsked ? 1 : 0),
            onAnswer: (seconds) => {
              count(entry.version, seconds);
            },
          });
        });
  for (const remote of remotes) void warnUnlessUsable(remote, log);
  const checks: readonly HealthCheck[] =
    pool === null ? [] : [{ name: 'extractors', dependent: false, run: () => pool.check() }];
  return {
    /** null: this worker has none. */
    extractors: pool === null ? null : createExtractors(pool, remotes),
    checks,
    stopCounting: () => estimations.stop(),
  };
}

/** The worker starts all the same: the server may come, or be put right, while it runs. */
async function warnUnlessUsable({ name, check }: RemoteExtractor, log: Logger): Promise<void> {
  try {
    await check();
  } catch (error) {
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      `${name} cannot be used now`,
    );
  }
}

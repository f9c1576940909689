import { isRemote } from '../../extraction/catalogue/network.ts';
import { checkRemote } from '../../extraction/remote/checkRemote.ts';
import type { AuditLag } from '../../db/audit/auditLag.ts';
import type { EventPartitionQueries } from '../../db/ops/eventPartitions.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import type { HealthCheck } from '../../platform/healthChecks.ts';
import { sharedSettings } from '../../platform/settings/shownSettings.ts';
import { formatCount } from '../../views/assets/words.js';
import { queueNames, type QueueName } from '../../workflows/messages.ts';
import { feedNames } from './auditFeeds.ts';
import type { ApiConfig, ApiProcess, ApiResources } from './resources.ts';

/** What an API is asked for by `/healthcheck`, home and load balancers. */
export function healthChecks(
  { config, shutdown }: ApiProcess,
  { clock, pools, images, gateway, watched, workers }: ApiResources,
): HealthCheck[] {
  const refuseWhenStopping = (): void => {
    if (shutdown.isStopping) throw new Error('the API is stopping');
  };
  /** Temporal knows who polls, and who was killed only after a minute. */
  const checkWorkers = async (queues: readonly QueueName[]): Promise<void> => {
    const [counts] = await Promise.all([watched.workers.countByQueue(queues), gateway.checkPollers(queues)]);
    const silent = queues.filter((queue) => counts[queue] === 0);
    if (silent.length > 0) throw new Error(`no worker serves ${silent.join(' and ')}`);
  };
  return [
    { name: 'api', dependent: false, run: refuseWhenStopping },
    { name: 'clock', dependent: false, onlyWarns: true, run: () => clock.check() },
    { name: 'postgresql', dependent: false, run: () => pools.check() },
    { name: 'sample-store', dependent: false, run: () => images.check() },
    // A folder has none.
    ...(config.imageStore.startsWith('s3:')
      ? [
          {
            ...{ name: 'sample-versions', dependent: true, onlyWarns: true },
            run: () => checkVersions(images),
          },
        ]
      : []),
    // Nothing else suffers from it: a load balancer is not to hear of it.
    { name: 'sample-files', dependent: true, run: () => watched.tombstones.check() },
    { name: 'temporal', dependent: true, run: () => gateway.check() },
    { name: 'workers', dependent: true, run: () => checkWorkers(['orchestrate', 'gc']) },
    { name: 'extractors', dependent: true, run: () => checkWorkers(['extract']) },
    { name: 'worker-clocks', dependent: true, onlyWarns: true, run: () => workers.checkClocks() },
    {
      ...{ name: 'event-partitions', dependent: true, onlyWarns: true },
      run: () => checkLocks(watched.eventPartitions),
    },
    { name: 'audit', dependent: true, onlyWarns: true, run: () => checkAudit(watched.auditLag, config) },
    {
      ...{ name: 'worker-settings', dependent: true, onlyWarns: true },
      run: () => workers.checkSettings(sharedSettings(config)),
    },
    ...config.networks.filter(isRemote).map((entry) => ({
      name: `extractor-${entry.kind}-${entry.version}`,
      dependent: true,
      run: () => checkRemote(entry.server),
    })),
  ];
}

/** @throws an error that says publicly that pictures of removed people stay. Of a store that is away `sample-store` tells. */
async function checkVersions(images: Pick<ImageStore, 'keepsVersions'>): Promise<void> {
  if ((await images.keepsVersions().catch(() => null)) !== true) return;
  throw publicError('the bucket keeps older versions of removed pictures');
}

/** @throws an error that says publicly that the server has too few places for locks */
async function checkLocks(partitions: Pick<EventPartitionQueries, 'scarceLocks'>): Promise<void> {
  const scarce = await partitions.scarceLocks();
  if (scarce === null) return;
  throw publicError(
    `a query over all days of events takes ${formatCount(scarce.needed)} locks of ${formatCount(scarce.room)}: set max_locks_per_transaction to ${scarce.setting} or more`,
  );
}

const sealLateSeconds = 60;
const feedLateSeconds = 300;

/** @throws an error that says publicly what of the audit does not move */
async function checkAudit(auditLag: AuditLag, config: ApiConfig): Promise<void> {
  const [seals, feeds] = await Promise.all([auditLag.seals(), auditLag.feeds(feedNames(config))]);
  const late = feeds.filter(({ behindSeconds }) => behindSeconds > feedLateSeconds).map(({ feed }) => feed);
  const reasons = [
    ...(seals.unsealedSeconds > sealLateSeconds ? ['entries are not sealed'] : []),
    ...late.map((feed) => `entries do not reach the ${feed}`),
  ];
  if (reasons.length === 0) return;
  throw publicError(reasons.join('; '));
}

/** What it says may be told to everybody. */
function publicError(publicReason: string): Error {
  return Object.assign(new Error(publicReason), { publicReason });
}

/** Sets the figures that have to be looked up, shortly before they are shown. */
export async function refreshMetrics(
  { config, log }: Pick<ApiProcess, 'config' | 'log'>,
  { pools, clock, metrics, watched, workers }: ApiResources,
): Promise<void> {
  for (const size of pools.sizes()) metrics.reportPool(size);
  metrics.clockOffset.set(clock.offsetSeconds());
  try {
    const counts = await watched.taskQueries.countByTypeAndStatus();
    metrics.tasks.reset();
    for (const { type, status, count } of counts) metrics.tasks.set({ type, status }, count);
    for (const [queue, count] of Object.entries(await workers.countByQueue(queueNames)))
      metrics.workers.set({ queue }, count);
    const { unsealed, unsealedSeconds } = await watched.auditLag.seals();
    metrics.auditUnsealed.set(unsealed);
    metrics.auditUnsealedAge.set(unsealedSeconds);
    for (const { feed, behind, behindSeconds } of await watched.auditLag.feeds(feedNames(config))) {
      metrics.auditFeedBehind.set({ feed }, behind);
      metrics.auditFeedAge.set({ feed }, behindSeconds);
    }
  } catch (error) {
    log.warn({ err: error }, 'tasks, workers and the audit could not be counted for the metrics');
  }
}

import session from 'express-session';
import { createSessionStore } from '../../db/accounts/sessionStore.ts';
import type { RequestCount } from '../../db/ops/statsStore.ts';
import { createDatabaseClock } from '../../db/sql/databaseClock.ts';
import { createPools, type Pools } from '../../db/sql/pools.ts';
import { createStores } from '../../db/stores.ts';
import { approvalRuleOf } from '../../domain/approvals/approval.ts';
import { listenToTaskChanges } from '../../db/tasks/taskChanges.ts';
import type { Network } from '../../extraction/catalogue/network.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import type { ConfigWith } from '../../platform/config.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createMonthlyCounts } from '../../platform/monthlyCounts.ts';
import { createPasswords } from '../../platform/crypto/passwords.ts';
import type { ServiceProcess } from '../../platform/shutdown.ts';
import { connectionSettings } from '../../temporal/connectionOptions.ts';
import { createGateway } from '../../temporal/gateway.ts';
import type { TemporalTracing } from '../../temporal/tracing.ts';

export type ApiConfig = ConfigWith<'databaseUrl' | 'temporalAddress' | 'sessionSecret'> & {
  /** Every network that is at hand, in workers and on other machines. */
  readonly networks: readonly Network[];
};
export type ApiProcess = ServiceProcess<ApiConfig>;

export type ApiResources = ReturnType<typeof openResources>;

/** What the parts of an API share: database, samples, Temporal, figures. Nothing is waited for. */
export function openResources(
  { config, log, shutdown }: ApiProcess,
  interceptors: TemporalTracing['client'] = [],
  pools: Pools = createPools({
    ...{ url: config.databaseUrl, directUrl: config.databaseDirectUrl },
    applicationName: 'luna-admin api',
    maxConnections: config.maxDbConnections,
  }),
) {
  shutdown.on('last', 'database', () => pools.close());
  const clock = createDatabaseClock(pools.health);
  shutdown.on('normal', 'clock', () => {
    clock.close();
  });
  const sessionStore = createSessionStore(session, {
    db: pools.identity,
    log,
    clockOffsetSeconds: () => clock.offsetSeconds(),
  });
  shutdown.on('last', 'session store', () => sessionStore.close());
  const taskChanges = listenToTaskChanges({ url: config.databaseDirectUrl ?? config.databaseUrl, log });
  shutdown.on('last', 'changes of tasks', () => taskChanges.close());
  const gateway = createGateway({
    connection: connectionSettings(config, config.temporalAddress),
    namespace: config.temporalNamespace,
    taskQueuePrefix: config.taskQueuePrefix,
    now: () => clock.now(),
    interceptors,
  });
  shutdown.on('last', 'engine', () => gateway.close());
  const { watched, stats, workers, ...stores } = createStores(pools, approvalRuleOf(config));
  const requestStats = createMonthlyCounts<Omit<RequestCount, 'month' | 'count'>>({
    write: (rows) => stats.addRequests(rows),
    log,
  });
  shutdown.on('normal', 'request statistics', () => requestStats.stop());
  return {
    ...{ pools, clock, sessionStore, taskChanges, gateway, stores, watched, workers, requestStats },
    images: openImageStore(config, watched.sampleStore),
    passwords: createPasswords(),
    metrics: createMetrics(),
  };
}

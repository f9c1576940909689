import { createDatabase } from '../../db/sql/connection.ts';
import { createDatabaseClock } from '../../db/sql/databaseClock.ts';
import { createDefaultVersionStore } from '../../db/networks/defaultVersionStore.ts';
import { createPressureQueries } from '../../db/ops/pressureQueries.ts';
import { createUpgradeRuns } from '../../db/upgrades/upgradeRuns.ts';
import { approvalRuleOf } from '../../domain/approvals/approval.ts';
import { abilitiesOf } from '../../domain/extract/networks.ts';
import { createTurns } from '../../db/engine/turns.ts';
import { createEngineStores } from '../../db/stores.ts';
import { isLocal, type Network } from '../../extraction/catalogue/network.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import { createSampleRemoval } from '../../imagestore/sampleRemoval.ts';
import type { ConfigWith } from '../../platform/config.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { ServiceProcess } from '../../platform/shutdown.ts';
import type { QueueName } from '../../workflows/messages.ts';
import { createAdmission } from '../admission.ts';
import { connectionSettings } from '../connectionOptions.ts';
import { createGateway } from '../gateway.ts';
import { createPressureWatch } from '../pressureWatch.ts';
import type { TemporalTracing } from '../tracing.ts';

export type WorkerConfig = ConfigWith<'databaseUrl' | 'temporalAddress'> & {
  readonly queues: readonly QueueName[];
  /** Every network that is at hand, here and on other machines. */
  readonly networks: readonly Network[];
};

export type WorkerProcess = ServiceProcess<WorkerConfig>;

export type WorkerResources = ReturnType<typeof openResources>;

/** What the parts of a worker share: database, samples, Temporal, figures. Nothing is waited for. */
export function openResources(
  { config, log, shutdown }: WorkerProcess,
  interceptors: TemporalTracing['client'] = [],
) {
  const metrics = createMetrics();
  const db = createDatabase({
    ...{ url: config.databaseUrl, directUrl: config.databaseDirectUrl },
    applicationName: 'luna-admin worker',
    maxConnections: config.maxDbConnections,
    // After that a part says who holds the lock, gives its connection back and looks again.
    lockTimeoutMs: 5_000,
  });
  shutdown.on('last', 'database', () => db.close());
  const clock = createDatabaseClock(db);
  shutdown.on('normal', 'clock', () => {
    clock.close();
  });
  const stores = createEngineStores(db);
  const images = openImageStore(config, stores.sampleStore);
  const removal = createSampleRemoval({ images, tombstones: stores.tombstones, log });
  const temporal = {
    connection: connectionSettings(config, config.temporalAddress),
    namespace: config.temporalNamespace,
    taskQueuePrefix: config.taskQueuePrefix,
  };
  const gateway = createGateway({ ...temporal, interceptors });
  shutdown.on('last', 'engine', () => gateway.close());
  const pressure = createPressureWatch({
    queries: createPressureQueries(db, {
      standbySeconds: config.slowDownStandbySeconds,
      archiveFiles: config.slowDownArchiveFiles,
      checkpointSeconds: config.slowDownCheckpointSeconds,
      deadRows: config.slowDownDeadRows,
    }),
    ...{ readMs: config.slowDownReadMs, metrics, log },
  });
  const turns = createTurns(db, config);
  const defaultVersions = createDefaultVersionStore(db, config);
  const approvalRule = approvalRuleOf(config);
  const upgradeRuns = createUpgradeRuns(db, {
    ...{ defaultVersions, approvalRule },
    abilities: abilitiesOf(config.networks, config.basicAttributesVersion),
    hasFile: (version, kind) =>
      config.networks.filter(isLocal).some((network) => network.version === version && network.kind === kind),
  });
  return {
    ...{
      metrics,
      db,
      clock,
      stores,
      images,
      removal,
      temporal,
      gateway,
      turns,
      defaultVersions,
      upgradeRuns,
      approvalRule,
      pressure,
    },
    admission: createAdmission({ turns, gateway }),
    renderMetrics: (): Promise<string> => {
      metrics.clockOffset.set(clock.offsetSeconds());
      metrics.reportPool({ name: 'work', ...db.poolSize() });
      return metrics.render();
    },
  };
}

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createOriginDeletion } from '../activities/gc/deleteOrigin.ts';
import { createDelivery } from '../activities/deliverNotification.ts';
import { createActivities } from '../activities/index.ts';
import { createEngineStores } from '../db/stores.ts';
import { createDatabase } from '../db/sql/connection.ts';
import { createDatabaseClock, timeOf } from '../db/sql/databaseClock.ts';
import { ensureDescriptorPartition } from '../db/schema/descriptorPartitions.ts';
import { explainFailure } from '../db/engine/faults.ts';
import { waitUntilMigrated } from '../db/schema/isMigrated.ts';
import { createPartPlan } from '../db/engine/partPlan.ts';
import { createPartStore } from '../db/engine/partStore.ts';
import { createTaskAnnouncer } from '../db/tasks/taskAnnouncer.ts';
import { createScheduledTasks } from '../db/schedules/scheduledTasks.ts';
import { createTaskBooks } from '../db/engine/taskLifecycle.ts';
import { createTurns } from '../db/engine/turns.ts';
import { catalogueWith, type ExtractorEntry } from '../extraction/catalogue.ts';
import { createExtractors } from '../extraction/extractors.ts';
import { freezeContent } from '../domain/tasks/freezeContent.ts';
import { createExtractorPool } from '../extraction/pool/pool.ts';
import { createRemoteExtractor } from '../extraction/remote/remoteExtractor.ts';
import { openImageStore } from '../imagestore/folder.ts';
import { createSampleRemoval } from '../imagestore/sampleRemoval.ts';
import { ConfigError, loadConfig, type Config } from '../platform/config.ts';
import { createGuardedRequest } from '../platform/guardedRequest.ts';
import { createLogger } from '../platform/logger.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createMonthlyCounts } from '../platform/monthlyCounts.ts';
import { keepFilesPrivate } from '../platform/privateFiles.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { queueNames, type QueueName } from '../workflows/messages.ts';
import { createAdmission } from './admission.ts';
import { ensureWorkflowBundle } from './bundle.ts';
import { connectionSettings } from './connectionOptions.ts';
import { runDeliveries } from './deliveries.ts';
import { createGateway } from './gateway.ts';
import { createMissedRunWatch } from './missedRunWatch.ts';
import { runPresence } from './presence.ts';
import { runReconciler } from './reconciler.ts';
import { createSampleWatch } from './sampleWatch.ts';
import { createScheduleReconciler } from './scheduleReconciler.ts';
import { createYieldingSlots } from './yieldingSlots.ts';
import { installRuntime } from './runtime.ts';
import { startStatusServer } from './statusServer.ts';
import { createWorkers, fixedSlots } from './workers.ts';
import { abilitiesOf } from '../domain/extract/networks.ts';
import { release } from '../domain/release.ts';

const usage = `npm run worker -- [--queues ${queueNames.join(',')}]\n`;

keepFilesPrivate();
const { config, queues, catalogue } = readStart();
const log = createLogger({ name: 'worker', level: config.logLevel, format: config.logFormat });
// Parts give back within a batch; the rest of the time is for a model run that is under way.
const shutdown = createShutdown({ log, limitMs: 46_000 });
const stopping = new AbortController();
shutdown.on('first', 'stop taking work', () => {
  stopping.abort();
});

const runtime = await installRuntime(log);
const metrics = createMetrics();
const db = createDatabase({
  url: config.databaseUrl,
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

const settings = {
  connection: connectionSettings(config, config.temporalAddress),
  namespace: config.temporalNamespace,
  taskQueuePrefix: config.taskQueuePrefix,
};
const stores = createEngineStores(db);
const { tombstones, windows } = stores;
const images = openImageStore(config.imageStore, stores.sampleStore);
const removal = createSampleRemoval({ images, tombstones, log });
const estimations = createMonthlyCounts<{ name: string }>({
  write: (rows) => stores.stats.addEstimations(rows),
  log,
});
const extractors = queues.includes('extract')
  ? createExtractorPool({
      processes: config.extractProcesses,
      log,
      onExtracted: (version, seconds) => {
        metrics.extractDuration.observe({ version: String(version) }, seconds);
        estimations.count({ name: extractorName(version) });
      },
    })
  : null;
if (extractors !== null) shutdown.on('last', 'extractors', () => extractors.close());
const remotes = config.remoteExtractors.map((entry) => {
  const label = { version: String(entry.version) };
  metrics.remoteExtractorAsked.set(label, 1);
  return createRemoteExtractor(entry, {
    timeoutMs: config.remoteExtractorTimeoutMs,
    concurrency: config.remoteExtractorConcurrency,
    retries: config.remoteExtractorRetries,
    log,
    onAsked: (isAsked) => metrics.remoteExtractorAsked.set(label, isAsked ? 1 : 0),
    onAnswer: (seconds) => {
      metrics.extractDuration.observe(label, seconds);
      estimations.count({ name: extractorName(entry.version) });
    },
  });
});
const networks = extractors === null ? null : createExtractors(extractors, remotes);

// 16 of them for each part of gc that this process may have at once.
const originRequests = createGuardedRequest({
  hosts: config.originHosts,
  deadlineMs: 5_000,
  maxConnections: 32 * config.gcWindow,
});
shutdown.on('last', 'connections to image origins', () => {
  originRequests.close();
});

const announcer = createTaskAnnouncer({ url: config.databaseUrl, log });
shutdown.on('last', 'announcements', () => announcer.close());
const gateway = createGateway(settings);
shutdown.on('last', 'engine', () => gateway.close());
const books = createTaskBooks(db, {
  onTaken: ({ action, seconds }) => {
    metrics.controlLatency.observe({ action }, seconds);
  },
  onTaskFailed: ({ kind, isScheduled }) => {
    metrics.tasksFailed.inc({ type: kind, made_by: isScheduled ? 'schedule' : 'admin' });
    if (isScheduled) metrics.scheduleFailures.inc({ reason: 'task_failed' });
  },
});
const extractSlots = config.extractProcesses + 2;
const turns = createTurns(db, config);
const admission = createAdmission({ turns, gateway });
const partSlots = {
  gc: createYieldingSlots(2 * config.gcWindow),
  extract: createYieldingSlots(extractSlots),
};
/** A place may be free: nobody waits for its next task, and what goes wrong is the reconciler's. */
const freeingPlace = async <T>(work: Promise<T>): Promise<T> => {
  const answer = await work;
  admission.startNext().catch((error: unknown) => {
    log.debug({ err: error }, 'the next task could not be started');
  });
  return answer;
};
const activities = createActivities({
  books: {
    ...books,
    load: (ref) => freeingPlace(books.load(ref)),
    pause: (ref) => freeingPlace(books.pause(ref)),
    finish: (ref, end) => freeingPlace(books.finish(ref, end)),
  },
  plan: createPartPlan(db, {
    partSizes: { gc: config.partSizeGc, extract: config.partSizeExtract },
    aheadMs: 1_000,
  }),
  windowOf: (ref, kind) =>
    kind === 'gc' ? Promise.resolve(config.gcWindow) : windows.tell(ref, extractSlots),
  partsPerRun: config.partsPerRun,
  claims: createPartStore(db, `${hostname()}:${process.pid}`),
  explain: explainFailure,
  log,
  sums: (taskId) => books.sums(taskId),
  announce: announcer.announce,
  metrics,
  whileResting: (kind, wait) => partSlots[kind].yieldWhile(wait),
  stopping: stopping.signal,
  batchTargetMs: config.batchTargetMs,
  gc: stores.gc,
  scheduledTasks: createScheduledTasks(db, ({ taskType, content }, now) =>
    freezeContent(taskType, content, {
      now,
      defaultFaceVersion: config.defaultDescriptorVersion,
      defaultBodyVersion: config.defaultBodyDescriptorVersion,
      ...abilitiesOf(catalogue, config.basicAttributesVersion),
    }),
  ),
  startNext: admission.startNext,
  checkSampleStore: () => images.check(),
  removeFiles: (keys) => removal.remove(keys),
  files: tombstones,
  origins: stores.origins,
  deleteOrigin: createOriginDeletion(originRequests),
  extract: stores.extract,
  readSample: (key) => images.get(key),
  extractDescriptor: async (sample) => {
    if (networks === null) throw new Error('this worker has no extractors');
    return networks.describe(sample);
  },
  tellAttributes: async (sample) => {
    if (networks === null) throw new Error('this worker has no extractors');
    return networks.tellAttributes(sample);
  },
});

const sayWaiting = (): void => {
  if (process.connected) process.send?.({ waiting: true });
};
const workers = createWorkers({
  ...settings,
  queues,
  activities,
  slots: {
    orchestrate: fixedSlots(20),
    gc: partSlots.gc.supplier,
    extract: partSlots.extract.supplier,
  },
  log,
  stopping: stopping.signal,
  onWait: sayWaiting,
});
shutdown.on('normal', 'workers', async () => {
  workers.shutdown();
  await workers.whenStopped().finally(() => estimations.stop());
});

// Before anything that may have to be waited for: who looks sees what that is.
const status = await startStatusServer({
  host: config.workerMetricsHost,
  port: config.workerMetricsPort,
  figures: [
    () => {
      metrics.clockOffset.set(clock.offsetSeconds());
      metrics.reportPool({ name: 'work', ...db.poolSize() });
      return metrics.render();
    },
    () => runtime.renderMetrics(),
  ],
  contentType: metrics.contentType,
  checks: [
    { name: 'pollers', dependent: false, run: () => workers.check() },
    { name: 'clock', dependent: false, onlyWarns: true, run: () => clock.check() },
    { name: 'postgresql', dependent: false, run: () => db.query('select 1') },
    { name: 'sample-store', dependent: false, run: () => images.check() },
    { name: 'sample-files', dependent: true, run: () => tombstones.check() },
    ...(extractors === null ? [] : [{ name: 'extractors', dependent: false, run: () => extractors.check() }]),
    { name: 'temporal', dependent: true, run: () => workers.checkServer() },
  ],
  isAlive: () => workers.isAlive(),
  log,
});
shutdown.on('last', 'status server', () => status.close());
log.info({ status: status.url }, 'the status can be asked for');

await waitUntilMigrated({ db, log, stopping: stopping.signal, onWait: sayWaiting });
await clock.measure().catch(() => undefined);
for (const { version, kind } of catalogue) {
  if (kind === 'face') await ensureDescriptorPartition(db, 'face_descriptors', version);
  await ensureDescriptorPartition(db, 'event_descriptors', version);
}
await images.check().catch((error: unknown) => {
  log.warn({ err: error }, 'the sample store cannot be used yet');
});
await workers.start(await ensureWorkflowBundle(config.bundleCache ?? join(config.dataDir, 'cache')));
workers.whenStopped().catch((error: unknown) => {
  log.fatal({ err: error }, 'a worker broke');
  return shutdown.begin('a worker broke', 1);
});

if (queues.includes('orchestrate')) {
  const reconciling = runReconciler(
    {
      tasks: stores.openTasks,
      startNext: admission.startNext,
      isHeldUp: () => turns.isHeldUp(),
      gateway,
      followSchedules: createScheduleReconciler({
        ...{ schedules: stores.followedSchedules, gateway, metrics, log },
      }),
      watchMissedRuns: createMissedRunWatch({
        runs: stores.missedRuns,
        metrics,
        log,
        now: () => timeOf(db),
      }),
      sweepFiles: () => removal.sweep(),
      outgrownWindows: () => windows.outgrown(),
      mergeCounts: () => stores.blockCounts.merge(),
      foldSums: () => stores.partSums.fold(),
      sampleHistory: () => stores.history.sample(),
      sampleWatch: createSampleWatch({ ownerless: stores.ownerless, tombstones, metrics }),
      metrics,
      log,
      intervalMs: config.reconcileIntervalMs,
    },
    stopping.signal,
  );
  shutdown.on('normal', 'reconciler', () => reconciling);

  const client = createGuardedRequest({ hosts: config.notificationHosts, deadlineMs: 10_000 });
  shutdown.on('last', 'connections to receivers of notifications', () => {
    client.close();
  });
  const { outbox } = stores;
  const deliver = createDelivery({ outbox, client, secrets: config.notificationSecrets ?? {}, log });
  const delivering = runDeliveries({ outbox, deliver, log }, stopping.signal);
  shutdown.on('normal', 'deliveries of notifications', () => delivering);
}

const present = runPresence(
  {
    ...{ store: stores.workers, workerId: randomUUID(), queues, log },
    version: Object.values(release).join('.'),
    extractSlots: queues.includes('extract') ? extractSlots : null,
    check: () => {
      workers.check();
    },
    clockOffsetSeconds: () => clock.offsetSeconds(),
  },
  stopping.signal,
);
shutdown.on('normal', 'presence', () => present);
log.info({ queues, status: status.url }, 'worker ready');
process.send?.({ ready: true, url: status.url });

function readStart(): {
  config: Config & { databaseUrl: string; temporalAddress: string };
  queues: QueueName[];
  catalogue: readonly ExtractorEntry[];
} {
  try {
    const { values } = parseArgs({
      options: { queues: { type: 'string', default: queueNames.join(',') }, help: { type: 'boolean' } },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const loaded = loadConfig();
    const { databaseUrl, temporalAddress } = loaded;
    if (databaseUrl === undefined || temporalAddress === undefined) {
      throw new ConfigError(['DATABASE_URL and TEMPORAL_ADDRESS: required (npm start sets them)']);
    }
    return {
      config: { ...loaded, databaseUrl, temporalAddress },
      queues: toQueues(values.queues),
      catalogue: catalogueWith(loaded.remoteExtractors),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return process.exit(2);
  }
}

function extractorName(version: number): string {
  return catalogue.find((extractor) => extractor.version === version)?.name ?? `version ${version}`;
}

function toQueues(text: string): QueueName[] {
  return text.split(',').map((name) => {
    const found = queueNames.find((known) => known === name.trim());
    if (found === undefined) throw new Error(`--queues: no queue is called '${name}'`);
    return found;
  });
}

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ensureDescriptorPartition } from '../../db/schema/descriptorPartitions.ts';
import { waitUntilMigrated } from '../../db/schema/isMigrated.ts';
import { describes } from '../../domain/extract/networks.ts';
import { release } from '../../domain/release.ts';
import { openCertificate } from '../../platform/crypto/certificate.ts';
import { logPlainConnections } from '../../platform/encryption.ts';
import { createLogger } from '../../platform/logger.ts';
import { sharedSettings } from '../../platform/settings/shownSettings.ts';
import { createShutdown } from '../../platform/shutdown.ts';
import { startTracing } from '../../platform/tracing/startTracing.ts';
import { ensureWorkflowBundle } from '../bundle.ts';
import { runPresence } from '../presence.ts';
import { installRuntime } from '../runtime.ts';
import { startStatusServer } from '../statusServer.ts';
import { traceTemporal } from '../tracing.ts';
import { createWorkers, fixedSlots } from '../workers.ts';
import { createWorkerActivities } from './activities.ts';
import { createNetworks } from './networks.ts';
import { startOrchestrator } from './orchestrator.ts';
import { openResources, type WorkerConfig } from './resources.ts';

/** Starts a worker of this process; resolves when it takes work. Stops in order when the process is told to. */
export async function startWorker(config: WorkerConfig): Promise<void> {
  const { queues } = config;
  const log = createLogger({ name: 'worker', level: config.logLevel, format: config.logFormat });
  const certificate = await openCertificate(config, log);
  logPlainConnections(config, log);
  // Parts give back within a batch; the rest of the time is for a model run that is under way.
  const shutdown = createShutdown({ log, limitMs: 46_000 });
  const stopping = new AbortController();
  shutdown.on('first', 'stop taking work', () => {
    stopping.abort();
  });
  const context = { config, log, shutdown, stopping: stopping.signal };
  const sdk = await startTracing(config, 'luna-admin-worker', log);
  const tracing = await traceTemporal(sdk);
  const runtime = await installRuntime(log);
  const resources = openResources(context, tracing?.client);
  const { db, clock, images, metrics, pressure, stores, temporal } = resources;
  sdk?.countLost(metrics.spansDropped);
  const networks = createNetworks(context, resources);
  const { activities, slots, extractSlots } = createWorkerActivities(context, resources, networks);

  const sayWaiting = (): void => {
    if (process.connected) process.send?.({ waiting: true });
  };
  const workers = createWorkers({
    ...temporal,
    ...{ queues, activities, log, tracing, stopping: stopping.signal, onWait: sayWaiting },
    slots: { orchestrate: fixedSlots(20), gc: slots.gc.supplier, extract: slots.extract.supplier },
  });
  shutdown.on('normal', 'workers', async () => {
    workers.shutdown();
    await workers.whenStopped().finally(() => networks.stopCounting());
  });

  // Before anything that may have to be waited for: who looks sees what that is.
  const status = await startStatusServer({
    host: config.workerMetricsHost,
    port: config.workerMetricsPort,
    figures: [() => resources.renderMetrics(), () => runtime.renderMetrics()],
    contentType: metrics.contentType,
    checks: [
      { name: 'pollers', dependent: false, run: () => workers.check() },
      { name: 'clock', dependent: false, onlyWarns: true, run: () => clock.check() },
      { name: 'postgresql', dependent: false, run: () => db.query('select 1') },
      { name: 'sample-store', dependent: false, run: () => images.check() },
      { name: 'sample-files', dependent: true, run: () => stores.tombstones.check() },
      ...networks.checks,
      { name: 'temporal', dependent: true, run: () => workers.checkServer() },
    ],
    isAlive: () => workers.isAlive(),
    ...{ log, certificate },
  });
  shutdown.on('last', 'status server', () => {
    status.close();
    certificate?.close();
  });
  shutdown.on('last', 'tracing', () => sdk?.stop());
  log.info({ status: status.url }, 'the status server is listening');

  await waitUntilMigrated({
    ...{ db, log, stopping: stopping.signal },
    server: { url: config.databaseUrl, directUrl: config.databaseDirectUrl },
    onWait: () => {
      workers.waitForDatabase();
      sayWaiting();
    },
  });
  await clock.measure().catch(() => undefined);
  for (const { version, kind } of config.networks.filter(describes)) {
    if (kind === 'face') await ensureDescriptorPartition(db, 'face_descriptors', version);
    await ensureDescriptorPartition(db, 'event_descriptors', version);
  }
  await images.check().catch((error: unknown) => {
    log.warn({ err: error }, 'the sample store cannot be used yet');
  });
  const cache = config.bundleCache ?? join(config.dataDir, 'cache');
  await workers.start(await ensureWorkflowBundle(cache, { isTraced: tracing !== null }));
  workers.whenStopped().catch((error: unknown) => {
    log.fatal({ err: error }, 'a worker failed');
    return shutdown.begin('a worker failed', 1);
  });
  if (queues.includes('orchestrate')) startOrchestrator(context, resources);

  if (queues.some((queue) => queue !== 'orchestrate')) {
    const watching = pressure.run(stopping.signal);
    shutdown.on('normal', 'pressure', () => watching);
  }
  const present = runPresence(
    {
      ...{ store: stores.workers, workerId: randomUUID(), queues, log },
      version: Object.values(release).join('.'),
      extractSlots: queues.includes('extract') ? extractSlots : null,
      settings: sharedSettings(config),
      slowed: pressure.reason,
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
}

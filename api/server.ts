import { setTimeout as delay } from 'node:timers/promises';
import session from 'express-session';
import { createApiStores } from '../db/stores.ts';
import { createDatabaseClock } from '../db/sql/databaseClock.ts';
import { waitUntilMigrated } from '../db/schema/isMigrated.ts';
import { createSessionStore } from '../db/accounts/sessionStore.ts';
import type { RequestCount } from '../db/ops/statsStore.ts';
import { listenToTaskChanges } from '../db/tasks/taskChanges.ts';
import { createTaskPreviews } from '../db/selection/taskPreview.ts';
import { createTurns } from '../db/engine/turns.ts';
import { createVersionUse } from '../db/tasks/versionUse.ts';
import { createPools } from '../db/sql/pools.ts';
import { isUnavailable } from '../db/sql/unavailable.ts';
import { catalogueWith } from '../extraction/catalogue.ts';
import { checkRemote } from '../extraction/remote/health.ts';
import { openImageStore } from '../imagestore/open.ts';
import { ConfigError, loadConfig, type Config } from '../platform/config.ts';
import { checkPlace } from '../platform/listen.ts';
import { createLogger } from '../platform/logger.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createMonthlyCounts } from '../platform/monthlyCounts.ts';
import { createPasswords } from '../platform/passwords.ts';
import { keepFilesPrivate } from '../platform/privateFiles.ts';
import { showSettings } from '../platform/shownSettings.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { getSigningKey } from '../platform/signingKey.ts';
import { createAdmission } from '../temporal/admission.ts';
import { connectionSettings } from '../temporal/connectionOptions.ts';
import { createGateway } from '../temporal/gateway.ts';
import { queueNames, type QueueName } from '../workflows/messages.ts';
import { createWorkflowUrl } from '../temporal/workflowUrl.ts';
import { createApp, type App } from './app.ts';
import { ensureFirstAdmin } from './accounts/auth/firstAdmin.ts';
import { createLoginLimit } from './accounts/auth/loginLimit.ts';
import { startHttpServer } from './http/httpServer.ts';
import { startWaitingServer } from './http/waitingServer.ts';

keepFilesPrivate();
const config = readConfig();
const log = createLogger({ name: 'api', level: config.logLevel, format: config.logFormat });
const warmAtMostMs = 3_000;
const { shutdownDelayMs } = config;
let leave = (): void => undefined;
const shutdown = createShutdown({
  log,
  ...{ graceMs: shutdownDelayMs, limitMs: shutdownDelayMs + 9_000 },
  onBegin: () => leave(),
});
const stopping = new AbortController();
shutdown.on('first', 'waiting for the database', () => {
  stopping.abort();
});
const metrics = createMetrics();
const pools = createPools({
  url: config.databaseUrl,
  applicationName: 'luna-admin api',
  maxConnections: config.maxDbConnections,
});
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
const taskChanges = listenToTaskChanges({ url: config.databaseUrl, log });
shutdown.on('last', 'changes of tasks', () => taskChanges.close());
const gateway = createGateway({
  connection: connectionSettings(config, config.temporalAddress),
  namespace: config.temporalNamespace,
  taskQueuePrefix: config.taskQueuePrefix,
  now: () => clock.now(),
});
shutdown.on('last', 'engine', () => gateway.close());
const { watched, stats, workers, ...stores } = createApiStores(pools);
const images = openImageStore(config.imageStore, watched.sampleStore);
const passwords = createPasswords();
const requestStats = createMonthlyCounts<Omit<RequestCount, 'month' | 'count'>>({
  write: (rows) => stats.addRequests(rows),
  log,
});
shutdown.on('normal', 'request statistics', () => requestStats.stop());

try {
  // Now, not after the database has been waited for.
  await checkPlace({ host: config.host, port: config.port }, 'api');
  await waitForSchema();
  await clock.measure();
  const { accounts } = stores;
  const isFirstStart = await untilAnswered(() => ensureFirstAdmin({ config, accounts, passwords, log }));
  if (isFirstStart) log.info({ login: config.adminLogin }, 'created the first administrator');
  await images.check().catch((error: unknown) => {
    log.warn({ err: error }, 'the sample store cannot be used yet');
  });
  await serve();
} catch (error) {
  // Told to stop while it waited, it has nothing to complain of.
  if (error instanceof ConfigError) log.fatal(error.message);
  else if (!stopping.signal.aborted) log.fatal({ err: error }, 'the API cannot start');
  await shutdown.begin('the API cannot start', error instanceof ConfigError ? 2 : 1);
}

async function serve(): Promise<void> {
  const app = await createApp({
    ...stores,
    log,
    metrics,
    refreshMetrics,
    requestStats,
    temporalVersion: () => gateway.serverVersion(),
    workerVersion: () => workers.oldestVersion(),
    signingKey: await getSigningKey(config),
    shownSettings: showSettings(config),
    configPublic: config.configPublic,
    environmentName: config.environmentName ?? null,
    isDevelopment: config.development,
    clock,
    checks: [
      { name: 'api', dependent: false, run: refuseWhenStopping },
      { name: 'clock', dependent: false, onlyWarns: true, run: () => clock.check() },
      { name: 'postgresql', dependent: false, run: () => pools.check() },
      { name: 'sample-store', dependent: false, run: () => images.check() },
      // Nothing else suffers from it: a load balancer is not to hear of it.
      { name: 'sample-files', dependent: true, run: () => watched.tombstones.check() },
      { name: 'temporal', dependent: true, run: () => gateway.check() },
      { name: 'workers', dependent: true, run: () => checkWorkers(['orchestrate', 'gc']) },
      { name: 'extractors', dependent: true, run: () => checkWorkers(['extract']) },
      { name: 'worker-clocks', dependent: true, onlyWarns: true, run: () => workers.checkClocks() },
      ...config.remoteExtractors.map((entry) => ({
        name: `extractor-${entry.kind}-${entry.version}`,
        dependent: true,
        run: () => checkRemote(entry),
      })),
    ],
    isUnavailable,
    session: {
      secret: config.sessionSecret,
      secureCookies: config.secureCookies,
      store: sessionStore.store,
    },
    livingSessions: sessionStore.living,
    taskChanges,
    workersByQueue: workers.countByQueue,
    trustProxy: config.trustProxy,
    passwords,
    host: config.host,
    allowedHosts: config.allowedHosts,
    loginLimit: createLoginLimit(pools.identity, config.loginFailures),
    gateway,
    startNext: createAdmission({ turns: createTurns(pools.control, config), gateway }).startNext,
    notificationHosts: config.notificationHosts,
    notificationSecretNames: Object.keys(config.notificationSecrets ?? {}),
    images,
    workflowUrl: createWorkflowUrl({
      uiUrl: config.temporalUiUrl,
      namespace: config.temporalNamespace,
      taskQueuePrefix: config.taskQueuePrefix,
    }),
    taskPreviews: createTaskPreviews(pools.reading),
    versionUse: createVersionUse(pools.reading),
    extractors: catalogueWith(config.remoteExtractors),
    defaultFaceVersion: config.defaultDescriptorVersion,
    defaultBodyVersion: config.defaultBodyDescriptorVersion,
    basicAttributesVersion: config.basicAttributesVersion,
  });
  await warm(app);
  const server = await startHttpServer(app.express, { host: config.host, port: config.port, limitMs: 3_000 });
  leave = () => server.leave();
  shutdown.on('first', 'HTTP server', () => {
    app.close();
    return server.stop();
  });
  const { url } = server;
  // A parent says it itself, when everything else is ready too.
  if (process.send === undefined) process.stdout.write(`listening on ${url}\n`);
  else process.send({ ready: true, url });
}

/** The first look at home took half a second, the second 72 ms (docs/performance.md). Nobody is kept waiting by a slow database. */
async function warm(app: App): Promise<void> {
  try {
    await Promise.race([app.warm(), delay(warmAtMostMs, undefined, { ref: false })]);
  } catch (error) {
    log.warn({ err: error }, 'the first pages will take longer');
  }
}

async function refreshMetrics(): Promise<void> {
  for (const size of pools.sizes()) metrics.reportPool(size);
  metrics.clockOffset.set(clock.offsetSeconds());
  try {
    const counts = await watched.taskLists.countByTypeAndStatus();
    metrics.tasks.reset();
    for (const { type, status, count } of counts) metrics.tasks.set({ type, status }, count);
    for (const [queue, count] of Object.entries(await workers.countByQueue(queueNames)))
      metrics.workers.set({ queue }, count);
  } catch (error) {
    log.warn({ err: error }, 'the tasks and workers could not be counted for the figures');
  }
}

/** Temporal knows who polls, and who was killed only after a minute. */
async function checkWorkers(queues: readonly QueueName[]): Promise<void> {
  const [counts] = await Promise.all([watched.workers.countByQueue(queues), gateway.checkPollers(queues)]);
  const silent = queues.filter((queue) => counts[queue] === 0);
  if (silent.length > 0) throw new Error(`nobody serves ${silent.join(' and ')}`);
}

function refuseWhenStopping(): void {
  if (shutdown.isStopping) throw new Error('the API is about to stop');
}

async function waitForSchema(): Promise<void> {
  let standIn: Awaited<ReturnType<typeof startWaitingServer>> | undefined;
  try {
    await waitUntilMigrated({
      ...{ db: pools.reading, log, stopping: stopping.signal },
      onWait: async () => {
        if (process.connected) process.send?.({ waiting: true });
        standIn ??= await startWaitingServer(config);
      },
    });
  } finally {
    await standIn?.close();
  }
}

/** At the start the database may still be too busy to answer in time. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnavailable(error) || attempt === 30 || shutdown.isStopping) throw error;
      log.warn({ err: error, attempt }, 'the database does not answer yet');
      await delay(1_000);
    }
  }
}

function readConfig(): Config & { databaseUrl: string; temporalAddress: string; sessionSecret: string } {
  try {
    const loaded = loadConfig(undefined, 'api');
    const { databaseUrl, temporalAddress, sessionSecret } = loaded;
    if (databaseUrl === undefined || temporalAddress === undefined || sessionSecret === undefined) {
      throw new ConfigError(['DATABASE_URL and TEMPORAL_ADDRESS: required (npm start sets them)']);
    }
    return { ...loaded, databaseUrl, temporalAddress, sessionSecret };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { waitUntilMigrated } from '../../db/schema/isMigrated.ts';
import { isUnavailable } from '../../db/sql/unavailable.ts';
import { openCertificate, type Certificate } from '../../platform/crypto/certificate.ts';
import { ConfigError, isUnencrypted } from '../../platform/config.ts';
import { logPlainConnections, requireHttps } from '../../platform/encryption.ts';
import { checkPlace } from '../../platform/listen.ts';
import { createLogger } from '../../platform/logger.ts';
import { createShutdown } from '../../platform/shutdown.ts';
import { startTracing } from '../../platform/tracing/startTracing.ts';
import { traceTemporal } from '../../temporal/tracing.ts';
import { ensureFirstAdmin } from '../accounts/auth/firstAdmin.ts';
import { createApp, type App } from '../app.ts';
import { startHttpServer } from '../http/httpServer.ts';
import { runSealing } from '../audit/sealing.ts';
import { startWaitingServer } from '../http/waitingServer.ts';
import { appDeps } from './appDeps.ts';
import { runAuditFeeds } from './auditFeeds.ts';
import { openResources, type ApiConfig, type ApiProcess } from './resources.ts';

const warmAtMostMs = 3_000;

/** Starts the API of this process; resolves when it listens, or has given up. Stops in order when the process is told to. */
export async function startApi(config: ApiConfig): Promise<void> {
  const log = createLogger({ name: 'api', level: config.logLevel, format: config.logFormat });
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
  const context: ApiProcess = { config, log, shutdown, stopping: stopping.signal };
  const tracing = await startTracing(config, 'luna-admin-api', log);
  shutdown.on('last', 'tracing', () => tracing?.stop());
  const resources = openResources(context, (await traceTemporal(tracing))?.client);
  tracing?.countLost(resources.metrics.spansDropped);
  const { accounts } = resources.stores;
  try {
    requireHttps(config);
    // Now, not after the database has been waited for.
    await checkPlace({ host: config.host, port: config.port }, 'api');
    const certificate = await openCertificate(config, log);
    shutdown.on('normal', 'certificate', () => certificate?.close());
    if (isUnencrypted(config)) {
      log.warn(
        { host: config.host },
        'NO HTTPS: other machines reach the API, and passwords, cookies and pictures cross the network unencrypted; set TLS_CERT and TLS_KEY, or TRUST_PROXY and SECURE_COOKIES behind a proxy that speaks HTTPS',
      );
    }
    logPlainConnections(config, log);
    await waitForSchema(context, resources.pools.reading, certificate);
    await resources.clock.measure();
    const deps = await appDeps(context, resources);
    const { passwords, passwordRules } = deps;
    const isFirstStart = await untilAnswered(context, () =>
      ensureFirstAdmin({ config, accounts, passwords, passwordRules, log }),
    );
    if (isFirstStart) log.info({ login: config.adminLogin }, 'created the first administrator');
    await resources.images.check().catch((error: unknown) => {
      log.warn({ err: error }, 'the sample store cannot be used yet');
    });
    const sealing = runSealing({ seals: deps.auditSeals, signingKey: deps.signingKey, log }, stopping.signal);
    shutdown.on('normal', 'seals of the audit', () => sealing);
    const feeds = runAuditFeeds(context, resources);
    shutdown.on('normal', 'audit feeds', () => feeds);
    const app = await createApp(deps);
    await warm(app, log);
    const server = await startHttpServer(app.express, {
      host: config.host,
      port: config.port,
      limitMs: 3_000,
      certificate,
    });
    leave = () => server.leave();
    shutdown.on('first', 'HTTP server', () => {
      app.close();
      return server.stop();
    });
    const { url } = server;
    // A parent says it itself, when everything else is ready too.
    if (process.send === undefined) process.stdout.write(`listening on ${url}\n`);
    else process.send({ ready: true, url });
  } catch (error) {
    // Told to stop while it waited, it has nothing to complain of.
    if (error instanceof ConfigError) log.fatal(error.message);
    else if (!stopping.signal.aborted) log.fatal({ err: error }, 'the API cannot start');
    await shutdown.begin('the API cannot start', error instanceof ConfigError ? 2 : 1);
  }
}

/** The first look at home took half a second, the second 72 ms (docs/performance.md). Nobody is kept waiting by a slow database. */
async function warm(app: App, log: ApiProcess['log']): Promise<void> {
  try {
    await Promise.race([app.warm(), delay(warmAtMostMs, undefined, { ref: false })]);
  } catch (error) {
    log.warn({ err: error }, 'pages could not be prepared; the first ones will take longer');
  }
}

/** Meanwhile somebody answers at the port, and says so. */
async function waitForSchema(
  { config, log, stopping }: ApiProcess,
  db: Parameters<typeof waitUntilMigrated>[0]['db'],
  certificate: Certificate | undefined,
): Promise<void> {
  let standIn: Awaited<ReturnType<typeof startWaitingServer>> | undefined;
  try {
    await waitUntilMigrated({
      ...{ db, log, stopping, server: { url: config.databaseUrl, directUrl: config.databaseDirectUrl } },
      onWait: async () => {
        if (process.connected) process.send?.({ waiting: true });
        standIn ??= await startWaitingServer(config, certificate);
      },
    });
  } finally {
    await standIn?.close();
  }
}

/** At the start the database may still be too busy to answer in time. */
async function untilAnswered<T>({ log, shutdown }: ApiProcess, ask: () => Promise<T>): Promise<T> {
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

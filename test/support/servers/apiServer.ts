import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import session from 'express-session';
import { createApp, type AppDeps } from '../../../api/app.ts';
import { createLoginLimit } from '../../../api/accounts/auth/loginLimit.ts';
import { backlog, createLimitedServer } from '../../../api/http/limitedServer.ts';
import { createStores } from '../../../db/stores.ts';
import { createDatabase } from '../../../db/sql/connection.ts';
import { createDatabaseClock } from '../../../db/sql/databaseClock.ts';
import { createSessionStore } from '../../../db/accounts/sessionStore.ts';
import type { RequestCount } from '../../../db/ops/statsStore.ts';
import { listenToTaskChanges } from '../../../db/tasks/taskChanges.ts';
import { createTaskPreviews } from '../../../db/selection/taskPreview.ts';
import { createPools } from '../../../db/sql/pools.ts';
import { isUnavailable } from '../../../db/sql/unavailable.ts';
import { createTurns } from '../../../db/engine/turns.ts';
import { createVersionUse } from '../../../db/tasks/versionUse.ts';
import type { HealthCheck } from '../../../platform/healthChecks.ts';
import { loadConfig } from '../../../platform/config.ts';
import { createLogger } from '../../../platform/logger.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { createMonthlyCounts } from '../../../platform/monthlyCounts.ts';
import { createPasswords } from '../../../platform/passwords.ts';
import { showSettings } from '../../../platform/shownSettings.ts';
import { createAdmission } from '../../../temporal/admission.ts';
import { openImageStore } from '../../../imagestore/folder.ts';
import { createTestFolder, type TestFolder } from '../folder.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { closeServer } from './closeServer.ts';
import { patienceMs } from '../waitFor.ts';
import { countQuestions } from './countQuestions.ts';

export const rootLogin = 'root@visionlabs.ai';
export const rootPassword = 'root of the tests';
const anHourMs = 3_600_000;

export interface Told {
  readonly call: 'start' | 'control';
  readonly taskId: number;
  readonly generation: number;
  /** Of a start. */
  readonly requestId?: string | null;
}

export interface ApiServerOptions {
  readonly configPublic?: boolean;
  /** Default: only when it closes, so that tests can count the questions that a request asks. */
  readonly statsEveryMs?: number;
  readonly checks?: readonly HealthCheck[];
  readonly basicAttributesVersion?: number;
  readonly tasksAtOnce?: number;
  /** Another one whose database and images it shares; that one has to be closed last. */
  readonly besides?: { readonly testDatabase: TestDatabase; readonly imageFolder: TestFolder };
  readonly heartbeatEveryMs?: number;
  readonly environmentName?: string | null;
  /** Default: two for each. */
  readonly workersByQueue?: AppDeps['workersByQueue'];
  readonly isDevelopment?: boolean;
  readonly trustProxy?: string;
  readonly loginFailures?: number;
  readonly streamsPerAccount?: number;
  /** Default: silent. */
  readonly log?: AppDeps['log'];
  /** What the setting says; it listens on 127.0.0.1 whatever that is. */
  readonly host?: string;
  readonly allowedHosts?: readonly string[];
  readonly headTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** Another way to its database. */
  readonly databaseUrl?: string;
}

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>;

/** The whole API on a database of its own, with one administrator and an engine that only remembers what it was told. */
export async function startApiServer(options: ApiServerOptions = {}) {
  const testDatabase = options.besides?.testDatabase ?? (await createTestDatabase());
  const url = options.databaseUrl ?? testDatabase.url;
  // For tests' own statements.
  const db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 6 });
  const { pools, questions } = countQuestions(
    createPools({ url, applicationName: 'test api', maxConnections: 12 }),
  );
  const { watched, stats, workers, ...stores } = createStores(pools);
  const { accounts } = stores;
  const log = options.log ?? createLogger({ name: 'api', level: 'silent', format: 'json' });
  const sessionStore = createSessionStore(session, { db: pools.identity, log });
  const taskChanges = listenToTaskChanges({ url, log });
  const passwords = createPasswords();
  await accounts.ensureFirstAdmin({
    accountId: '00000000-0000-7000-8000-000000000001',
    login: rootLogin,
    passwordHash: await passwords.hash(rootPassword),
    accountType: 'admin',
    description: '',
  });
  const clock = createDatabaseClock(db);
  await clock.measure();
  const told: Told[] = [];
  let isEngineThere = true;
  const tell = (entry: Told): Promise<void> => {
    if (!isEngineThere) return Promise.reject(new Error('nobody answers'));
    told.push(entry);
    return Promise.resolve();
  };
  const requestStats = createMonthlyCounts<Omit<RequestCount, 'month' | 'count'>>({
    write: (rows) => stats.addRequests(rows),
    log,
    everyMs: options.statsEveryMs ?? anHourMs,
  });
  const imageFolder = options.besides?.imageFolder ?? (await createTestFolder('images'));
  const images = openImageStore(`folder:${imageFolder.path}`, watched.sampleStore);
  await images.check();
  const app = await createApp({
    ...stores,
    log,
    metrics: createMetrics(),
    refreshMetrics: () => Promise.resolve(),
    clock,
    checks: options.checks ?? [{ name: 'postgresql', dependent: false, run: () => pools.check() }],
    isUnavailable,
    session: { secret: 'a secret of the tests', secureCookies: false, store: sessionStore.store },
    livingSessions: sessionStore.living,
    taskChanges,
    workersByQueue: options.workersByQueue ?? (() => Promise.resolve({ orchestrate: 2, gc: 2, extract: 2 })),
    ...(options.heartbeatEveryMs === undefined ? {} : { heartbeatEveryMs: options.heartbeatEveryMs }),
    // Never within a test: what a page shows it has been told of, or has asked for by itself.
    refreshMs: anHourMs,
    ...(options.streamsPerAccount === undefined ? {} : { streamsPerAccount: options.streamsPerAccount }),
    trustProxy: options.trustProxy ?? '',
    requestStats,
    workerVersion: () => workers.oldestVersion(),
    temporalVersion: () => (isEngineThere ? Promise.resolve('1.32.0') : Promise.reject(new Error('away'))),
    signingKey: generateKeyPairSync('ed25519').privateKey,
    shownSettings: showSettings(
      loadConfig({ DATABASE_URL: 'postgres://u:hidden@h/d', SESSION_SECRET: 'hidden'.repeat(9) }),
    ),
    configPublic: options.configPublic ?? false,
    environmentName: options.environmentName ?? null,
    isDevelopment: options.isDevelopment ?? false,
    passwords,
    host: options.host ?? '127.0.0.1',
    allowedHosts: options.allowedHosts ?? [],
    loginLimit: createLoginLimit(pools.identity, options.loginFailures),
    gateway: {
      controlTask: async ({ taskId, generation }) => {
        await tell({ call: 'control', taskId, generation });
        return true;
      },
    },
    startNext: createAdmission({
      turns: createTurns(pools.control, { startsAtOnce: 1_000, ...options }),
      gateway: {
        startTask: ({ taskId, generation, requestId = null }) =>
          tell({ call: 'start', taskId, generation, requestId }),
      },
    }).startNext,
    notificationHosts: ['hooks.example.org', '127.0.0.1'],
    notificationSecretNames: ['orders'],
    images,
    workflowUrl: ({ taskId, generation }) => `http://temporal.example/task:${taskId}:${generation}`,
    // What takes longer is left out, and a busy machine may take longer over anything; the limits have tests of their own.
    taskPreviews: createTaskPreviews(pools.reading, {
      exactUpTo: 100_000,
      countMs: patienceMs,
      questionMs: patienceMs,
    }),
    versionUse: createVersionUse(pools.reading, patienceMs),
    extractors: [
      { version: 1, kind: 'face', name: 'resnet128' },
      { version: 1, kind: 'attributes', name: 'resnet128' },
      { version: 3, kind: 'face', name: 'mobileface' },
      { version: 101, kind: 'body', name: 'stripes' },
    ],
    defaultFaceVersion: 1,
    defaultBodyVersion: 101,
    basicAttributesVersion: options.basicAttributesVersion ?? 1,
  });
  const server = createLimitedServer(app.express, options).listen({ port: 0, host: '127.0.0.1', backlog });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    db,
    testDatabase,
    imageFolder,
    images,
    /** How many statements and transactions went to the database so far. */
    questions,
    /** What the engine was told, in order. */
    told,
    setEngine: (isThere: boolean): void => {
      isEngineThere = isThere;
    },
    /** As the process does before it listens. */
    warm: (): Promise<void> => app.warm(),
    /** How many are open. */
    connections: () => promisify(server.getConnections.bind(server))(),
    /** From now on whoever has not sent a request after this long is cut off. */
    limitRequests: (ms: number): void => {
      server.headersTimeout = ms;
      server.requestTimeout = ms;
    },
    /** As a restart of the process would. */
    endStreams: (): void => app.close(),
    close: async (): Promise<void> => {
      app.close();
      await closeServer(server);
      await requestStats.stop();
      await taskChanges.close();
      sessionStore.close();
      clock.close();
      await pools.close();
      await db.close();
      if (options.besides !== undefined) return;
      await imageFolder.remove();
      await testDatabase.drop();
    },
  };
}

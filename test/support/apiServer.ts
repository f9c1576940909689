import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import session from 'express-session';
import { createApp, type AppDeps } from '../../api/app.ts';
import { createLoginLimit } from '../../api/auth/loginLimit.ts';
import { backlog, createLimitedServer } from '../../api/limitedServer.ts';
import { createAccountLists } from '../../db/accountLists.ts';
import { createAccountStore } from '../../db/accountStore.ts';
import { createAuditLists } from '../../db/auditLists.ts';
import { createAuditStore } from '../../db/auditStore.ts';
import { createDatabase } from '../../db/connection.ts';
import { createDatabaseClock } from '../../db/databaseClock.ts';
import { createErrorLists } from '../../db/errorLists.ts';
import { createEventLists } from '../../db/eventLists.ts';
import { createFaceLists } from '../../db/faceLists.ts';
import { createHomeLists } from '../../db/homeLists.ts';
import { createListLists } from '../../db/listLists.ts';
import { createNotificationLists } from '../../db/notificationLists.ts';
import { createResultLists } from '../../db/resultLists.ts';
import { createSampleStoreRow } from '../../db/sampleStoreRow.ts';
import { createScheduleLists } from '../../db/scheduleLists.ts';
import { createScheduleStore } from '../../db/scheduleStore.ts';
import { createSearchLists } from '../../db/searchLists.ts';
import { createSessionStore } from '../../db/sessionStore.ts';
import { createStatsStore, type RequestCount } from '../../db/statsStore.ts';
import { createSubtaskLists } from '../../db/subtaskLists.ts';
import { createSysInfoLists } from '../../db/sysInfoLists.ts';
import { listenToTaskChanges } from '../../db/taskChanges.ts';
import { createTaskLists } from '../../db/taskLists.ts';
import { createTaskPageLists } from '../../db/taskPageLists.ts';
import { createTaskPreviews } from '../../db/taskPreview.ts';
import { createTaskStore } from '../../db/taskStore.ts';
import { isUnavailable } from '../../db/unavailable.ts';
import { createTurns } from '../../db/turns.ts';
import { createVersionUse } from '../../db/versionUse.ts';
import { createWorkerStore } from '../../db/workerStore.ts';
import type { HealthCheck } from '../../platform/healthChecks.ts';
import { loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createMonthlyCounts } from '../../platform/monthlyCounts.ts';
import { createPasswords } from '../../platform/passwords.ts';
import { showSettings } from '../../platform/shownSettings.ts';
import { createAdmission } from '../../temporal/admission.ts';
import { openImageStore } from '../../imagestore/open.ts';
import { createTestFolder, type TestFolder } from './folder.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { closeServer } from './closeServer.ts';

export const rootLogin = 'root@visionlabs.ai';
export const rootPassword = 'root of the tests';
const patientMs = 10_000;

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
  readonly headTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>;

/** The whole API on a database of its own, with one administrator and an engine that only remembers what it was told. */
export async function startApiServer(options: ApiServerOptions = {}) {
  const testDatabase = options.besides?.testDatabase ?? (await createTestDatabase());
  const db = createDatabase({ url: testDatabase.url, applicationName: 'test api', maxConnections: 6 });
  let questions = 0;
  db.sequelize.addHook('beforePoolAcquire', () => {
    questions++;
  });
  const log = createLogger({ name: 'api', level: 'silent', format: 'json' });
  const sessionStore = createSessionStore(session, { url: testDatabase.url, log });
  const taskChanges = listenToTaskChanges({ url: testDatabase.url, log });
  const accounts = createAccountStore(db);
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
  const stats = createStatsStore(db);
  const requestStats = createMonthlyCounts<Omit<RequestCount, 'month' | 'count'>>({
    write: (rows) => stats.addRequests(rows),
    log,
    everyMs: options.statsEveryMs ?? 3_600_000,
  });
  const imageFolder = options.besides?.imageFolder ?? (await createTestFolder('images'));
  const images = openImageStore(`folder:${imageFolder.path}`, createSampleStoreRow(db));
  await images.check();
  const app = await createApp({
    log,
    metrics: createMetrics(),
    refreshMetrics: () => Promise.resolve(),
    clock,
    checks: options.checks ?? [],
    isUnavailable,
    session: { secret: 'a secret of the tests', secureCookies: false, store: sessionStore.store },
    livingSessions: sessionStore.living,
    taskChanges,
    workersByQueue: options.workersByQueue ?? (() => Promise.resolve({ orchestrate: 2, gc: 2, extract: 2 })),
    ...(options.heartbeatEveryMs === undefined ? {} : { heartbeatEveryMs: options.heartbeatEveryMs }),
    trustProxy: '',
    requestStats,
    sysInfoLists: createSysInfoLists(db),
    workerVersion: () => createWorkerStore(db).oldestVersion(),
    temporalVersion: () => (isEngineThere ? Promise.resolve('1.32.0') : Promise.reject(new Error('away'))),
    signingKey: generateKeyPairSync('ed25519').privateKey,
    shownSettings: showSettings(
      loadConfig({ DATABASE_URL: 'postgres://u:hidden@h/d', SESSION_SECRET: 'hidden'.repeat(9) }),
    ),
    configPublic: options.configPublic ?? false,
    environmentName: options.environmentName ?? null,
    isDevelopment: options.isDevelopment ?? false,
    passwords,
    loginLimit: createLoginLimit(db.sequelize),
    accounts,
    accountLists: createAccountLists(db),
    listLists: createListLists(db),
    searchLists: createSearchLists(db),
    audit: createAuditStore(db),
    auditLists: createAuditLists(db),
    tasks: createTaskStore(db),
    schedules: createScheduleStore(db),
    scheduleLists: createScheduleLists(db),
    gateway: {
      controlTask: ({ taskId, generation }) => tell({ call: 'control', taskId, generation }),
    },
    startNext: createAdmission({
      turns: createTurns(db, { startsAtOnce: 1_000, ...options }),
      gateway: {
        startTask: ({ taskId, generation, requestId = null }) =>
          tell({ call: 'start', taskId, generation, requestId }),
      },
    }).startNext,
    taskLists: createTaskLists(db),
    subtaskLists: createSubtaskLists(db),
    resultLists: createResultLists(db),
    errorLists: createErrorLists(db),
    notificationLists: createNotificationLists(db),
    notificationHosts: ['hooks.example.org', '127.0.0.1'],
    notificationSecretNames: ['orders'],
    faceLists: createFaceLists(db),
    eventLists: createEventLists(db),
    images,
    homeLists: createHomeLists(db),
    taskPageLists: createTaskPageLists(db),
    workflowUrl: ({ taskId, generation }) => `http://temporal.example/task:${taskId}:${generation}`,
    // What takes longer is left out, and a busy machine may take longer over anything; the limits have tests of their own.
    taskPreviews: createTaskPreviews(db, { exactUpTo: 100_000, countMs: patientMs, questionMs: patientMs }),
    versionUse: createVersionUse(db, patientMs),
    extractors: [
      { version: 1, kind: 'face', name: 'resnet128', attributes: true },
      { version: 3, kind: 'face', name: 'mobileface', attributes: false },
      { version: 101, kind: 'body', name: 'stripes', attributes: false },
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
    questions: (): number => questions,
    /** What the engine was told, in order. */
    told,
    setEngine: (isThere: boolean): void => {
      isEngineThere = isThere;
    },
    /** As the process does before it listens. */
    warm: (): Promise<void> => app.warm(),
    /** How many are open. */
    connections: () => promisify(server.getConnections.bind(server))(),
    /** As a restart of the process would. */
    endStreams: (): void => app.close(),
    close: async (): Promise<void> => {
      app.close();
      await closeServer(server);
      await requestStats.stop();
      await taskChanges.close();
      await sessionStore.close();
      clock.close();
      await db.close();
      if (options.besides !== undefined) return;
      await imageFolder.remove();
      await testDatabase.drop();
    },
  };
}

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createApp, type AppDeps } from '../../../api/app.ts';
import { backlog, createLimitedServer, type LimitedServerOptions } from '../../../api/http/limitedServer.ts';
import { appDeps } from '../../../api/start/appDeps.ts';
import { openResources, type ApiConfig, type ApiProcess } from '../../../api/start/resources.ts';
import { createDatabase } from '../../../db/sql/connection.ts';
import { createTaskPreviews } from '../../../db/selection/preview/taskPreview.ts';
import { createPools } from '../../../db/sql/pools.ts';
import { createStatsStore, type RequestCount } from '../../../db/ops/statsStore.ts';
import { createTurns } from '../../../db/engine/turns.ts';
import { createVersionUse } from '../../../db/tasks/versionUse.ts';
import { builtIn, knownNetworks } from '../../../extraction/catalogue/catalogue.ts';
import { loadConfig, requireServers } from '../../../platform/config.ts';
import { createLogger, type Logger } from '../../../platform/logger.ts';
import { createMonthlyCounts } from '../../../platform/monthlyCounts.ts';
import type { Shutdown, ShutdownStage } from '../../../platform/shutdown.ts';
import { createAdmission } from '../../../temporal/admission.ts';
import type { Gateway } from '../../../temporal/gateway.ts';
import { createTestFolder, type TestFolder } from '../folder.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { closeServer } from './closeServer.ts';
import { patienceMs, waitFor } from '../waitFor.ts';
import { countQuestions } from './countQuestions.ts';

export const rootLogin = 'root@visionlabs.ai';
export const rootPassword = 'root of the tests';
const anHourMs = 3_600_000;
// Of that password, as cheap as argon2id can be: to make and to check one of the service's own takes a third of a second of
// a processor, and every file begins with both.
const rootPasswordHash =
  '$argon2id$v=19$m=8,t=1,p=1$f3RjqA2jm/16ckjVlWVu5w$h7MXng77YMtO0yc1umiq9JawyKgU7TGc63aHV8eRlQM';

export interface Told {
  readonly call: 'start' | 'control';
  readonly taskId: number;
  readonly generation: number;
  /** Of a start. */
  readonly requestId?: string | null;
}

/** Settings and limits that are not the usual ones, and what else a test wants otherwise. */
export interface ApiServerOptions
  extends
    LimitedServerOptions,
    Partial<
      Pick<
        ApiConfig,
        | ('allowedHosts' | 'basicAttributesVersion' | 'configPublic' | 'databaseUrl' | 'development')
        | ('requireSecondFactor' | 'secondFactorKey' | 'sessionSecret')
        | ('environmentName' | 'host' | 'loginFailures' | 'networks' | 'tasksAtOnce' | 'trustProxy')
        | ('oidcClientId' | 'oidcClientSecret' | 'oidcIssuer' | 'oidcName' | 'oidcRoles' | 'passwordLogins')
        | ('oidcAcr' | 'oidcAmr' | 'oidcMaxAge' | 'oidcUntypedLogout')
        | ('auditFile' | 'auditWebhook' | 'costlyRequestsPerMinute' | 'picturesPerMinute')
        | ('publicRequestsPerMinute' | 'requestsPerMinute')
        | (
            | 'approvalObjects'
            | 'approvalExpires'
            | 'breachedPasswordsFile'
            | 'passwordRules'
            | 'secureCookies'
          )
      >
    >,
    Pick<Partial<AppDeps>, 'checks' | 'passwords' | 'workersByQueue'>,
    Pick<AppDeps, 'heartbeatEveryMs' | 'pageLimitMs' | 'streamsPerAccount'> {
  /** Default: only when it closes, so that tests can count the questions that a request asks. */
  readonly statsEveryMs?: number;
  /** Another one whose database and images it shares; that one has to be closed last. */
  readonly besides?: { readonly testDatabase: TestDatabase; readonly imageFolder: TestFolder };
  /** Default: silent. */
  readonly log?: Logger;
}

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>;

/**
 * The whole API, wired as the product wires it, on a database of its own, with one administrator and an engine that only
 * remembers what it was told. It listens on 127.0.0.1, whatever its setting says.
 */
export async function startApiServer(options: ApiServerOptions = {}) {
  const handlers = collectHandlers();
  try {
    return await start(options, handlers);
  } catch (error) {
    // What it has opened would keep the process of the tests alive.
    await handlers.stop();
    throw error;
  }
}

async function start(options: ApiServerOptions, { shutdown, stop }: ReturnType<typeof collectHandlers>) {
  const testDatabase = options.besides?.testDatabase ?? (await createTestDatabase());
  const imageFolder = options.besides?.imageFolder ?? (await createTestFolder('images'));
  // For tests' own statements.
  const db = createDatabase({ url: testDatabase.url, applicationName: 'test', maxConnections: 6 });
  const config: ApiConfig = { ...settingsOf(testDatabase.url, imageFolder.path), ...options };
  const log = options.log ?? createLogger({ name: 'api', level: 'silent', format: 'json' });
  const context: ApiProcess = { config, log, shutdown, stopping: new AbortController().signal };
  const { pools, questions } = countQuestions(
    createPools({ url: config.databaseUrl, applicationName: 'test api', maxConnections: 12 }),
  );
  const opened = openResources(context, [], pools);
  const { images, stores } = opened;
  // Files that share a process begin at once, and what they compile keeps all of them waiting for longer than a pool does.
  await waitFor('a database that answers', async () => {
    await stores.accounts.ensureFirstAdmin({
      accountId: '00000000-0000-7000-8000-000000000001',
      login: rootLogin,
      passwordHash: rootPasswordHash,
      accountType: 'admin',
      description: '',
    });
    await opened.clock.measure();
    await images.check();
    return true;
  });
  const told: Told[] = [];
  let isEngineThere = true;
  let unanswered = 0;
  const tell = (entry: Told): Promise<void> => {
    if (!isEngineThere) {
      unanswered++;
      return Promise.reject(new Error('nobody answers'));
    }
    told.push(entry);
    return Promise.resolve();
  };
  const gateway: Gateway = {
    ...opened.gateway,
    startTask: ({ taskId, generation, requestId = null }) =>
      tell({ call: 'start', taskId, generation, requestId }),
    controlTask: async ({ taskId, generation }) => {
      await tell({ call: 'control', taskId, generation });
      return true;
    },
    tellUpgrade: () => (isEngineThere ? Promise.resolve() : Promise.reject(new Error('nobody answers'))),
    startNetworkCheck: () =>
      isEngineThere ? Promise.resolve() : Promise.reject(new Error('nobody answers')),
    serverVersion: () => (isEngineThere ? Promise.resolve('1.32.0') : Promise.reject(new Error('away'))),
  };
  const requestStats = createMonthlyCounts<Omit<RequestCount, 'month' | 'count'>>({
    write: (rows) => createStatsStore(pools.control).addRequests(rows),
    log,
    everyMs: options.statsEveryMs ?? anHourMs,
  });
  shutdown.on('normal', 'request statistics of the test', () => requestStats.stop());
  const app = await createApp({
    ...(await appDeps(context, { ...opened, gateway, requestStats })),
    // The cheap hash above stays as it is.
    passwords: options.passwords ?? { ...opened.passwords, isOutdated: () => false },
    checks: options.checks ?? [{ name: 'postgresql', dependent: false, run: () => pools.check() }],
    workersByQueue: options.workersByQueue ?? (() => Promise.resolve({ orchestrate: 2, gc: 2, extract: 2 })),
    ...(options.heartbeatEveryMs === undefined ? {} : { heartbeatEveryMs: options.heartbeatEveryMs }),
    // Never within a test: what a page shows it has been told of, or has asked for by itself.
    refreshMs: anHourMs,
    ...(options.pageLimitMs === undefined ? {} : { pageLimitMs: options.pageLimitMs }),
    ...(options.streamsPerAccount === undefined ? {} : { streamsPerAccount: options.streamsPerAccount }),
    // Nobody takes up what is started.
    startNext: createAdmission({
      turns: createTurns(pools.control, { tasksAtOnce: config.tasksAtOnce, startsAtOnce: 1_000 }),
      gateway,
    }).startNext,
    // What takes longer is left out, and a busy machine may take longer over anything; the limits have tests of their own.
    taskPreviews: createTaskPreviews(pools.reading, {
      exactUpTo: 100_000,
      countMs: patienceMs,
      questionMs: patienceMs,
    }),
    versionUse: createVersionUse(pools.reading, patienceMs),
    // Without one, so that a test can ask for what nobody can extract.
    extractors: knownNetworks(config.networks.filter(({ version }) => version !== 2)),
  });
  const server = createLimitedServer(app.express, options).listen({ port: 0, host: '127.0.0.1', backlog });
  await once(server, 'listening');
  return {
    url: `${options.certificate === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What each page needs. */
    pagePermissions: app.pagePermissions,
    db,
    testDatabase,
    imageFolder,
    images,
    /** How many statements and transactions went to the database so far. */
    questions,
    /** What the engine was told, in order. */
    told,
    /** How often the engine was to be told and did not answer. */
    unanswered: (): number => unanswered,
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
      await stop();
      await db.close();
      if (options.besides !== undefined) return;
      await imageFolder.remove();
      await testDatabase.drop();
    },
  };
}

/** What the API is started with, where a test wants nothing else. */
function settingsOf(databaseUrl: string, imageFolder: string): ApiConfig {
  const { privateKey } = generateKeyPairSync('ed25519');
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    // Nobody is asked there: the engine's calls are the test's.
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    TEMPORAL_UI_URL: 'http://temporal.example',
    IMAGE_STORE: `folder:${imageFolder}`,
    SESSION_SECRET: 'hidden'.repeat(9),
    SYS_INFO_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    NOTIFICATION_HOSTS: 'hooks.example.org,http://127.0.0.1:*',
    NOTIFICATION_SECRETS: `orders=${'hidden'.repeat(4)}`,
  });
  return {
    ...requireServers(config, ['databaseUrl', 'temporalAddress', 'sessionSecret']),
    networks: builtIn,
  };
}

/** In the place of a process's end, which many of a test's services share. */
function collectHandlers(): { shutdown: Shutdown; stop: () => Promise<void> } {
  const handlers: { stage: ShutdownStage; handler: () => Promise<void> | void }[] = [];
  const stop = async (): Promise<void> => {
    for (const stage of ['first', 'normal', 'last'] as const) {
      const ofStage = handlers.filter((entry) => entry.stage === stage);
      await Promise.all(ofStage.map(async ({ handler }) => handler()));
    }
  };
  return {
    shutdown: {
      on: (stage, _name, handler) => void handlers.push({ stage, handler }),
      begin: stop,
      isStopping: false,
    },
    stop,
  };
}

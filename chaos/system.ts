import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiClient, type ApiClient } from '../commands/cli/apiClient.ts';
import { startEverything, type Running } from '../commands/system/system.ts';
import type { SystemOptions } from '../commands/system/options.ts';
import { allOrFirstError } from '../platform/allOrFirstError.ts';
import { createLogger } from '../platform/logger.ts';
import { childrenOf } from '../platform/processes.ts';
import { defaultAdminPassword } from '../platform/settings/settings.ts';
import { makeTemporaryFolder } from '../platform/temporaryFolder.ts';
import { basic } from '../test/support/rows/basic.ts';
import { setClock, settableClock } from './clocks.ts';
import { serveBucket } from './bucket.ts';
import { presentBody } from './kinds.ts';
import { servePair } from './pairedDatabase.ts';
import { paths, plain, type PathName, type Setup } from './plan.ts';
import { createProxy, type Proxy } from './proxy.ts';

/** A system of its own to be broken, in a folder that goes away with it. */
export interface System {
  readonly folder: string;
  readonly sampleFolder: string;
  /** Past the proxies: for what looks on. Of the server that takes changes now. */
  databaseUrl(): string;
  readonly api: ApiClient;
  readonly apiUrl: string;
  /** What shows a request's sender. */
  readonly credentials: Record<string, string>;
  readonly proxies: Readonly<Record<PathName, Proxy>>;
  pids(): Record<string, number | null>;
  /** Kills a process and leaves it down until `resume`. */
  halt(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Starts a process again, as often as it takes. */
  resume(name: string): Promise<void>;
  /** Resolves when the database's standby, if it has one, has everything. */
  inSync(): Promise<void>;
  /** The standby takes the place of the primary, which is down. */
  failOver(): Promise<void>;
  /** Sets the clock of a process off; it keeps so until it is set again or the process ends. */
  setClock(name: string, offsetMs: number): Promise<void>;
  /** Extractors: what a process has started itself. */
  childrenOf(name: string): Promise<number[]>;
  /** Deletes what Temporal has written; it has to be down. */
  wipeTemporal(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

const foreignSettings = [
  ...['DATABASE_URL', 'DATABASE_URL_FILE', 'TEMPORAL_ADDRESS', 'IMAGE_STORE', 'ADMIN_LOGIN', 'HOST'],
  ...['ADMIN_PASSWORD', 'ADMIN_PASSWORD_FILE', 'SESSION_SECRET_FILE'],
].map((name) => [name, ''] as const);

const everyQueue = 'orchestrate,gc,extract';

/** Servers, two workers and the API; whoever talks to a server does so through a proxy. */
export async function startSystem(signal: AbortSignal, { store, standby }: Setup = plain): Promise<System> {
  const folder = await makeTemporaryFolder('chaos');
  const bucket = store === 's3' ? await serveBucket() : null;
  const pair = standby ? await servePair() : null;
  const sampleFolder = bucket?.sampleFolder ?? join(folder, 'samples');
  await mkdir(sampleFolder, { recursive: true });
  const clockFolder = join(folder, 'clocks');
  await mkdir(clockFolder);
  const started: Running[] = [];
  const proxies: Partial<Record<PathName, Proxy>> = {};
  const log = createLogger({ name: 'chaos', level: 'silent', format: 'json' });
  const sessionSecret = randomBytes(32).toString('hex');

  const start = async (name: string, options: Partial<SystemOptions>): Promise<Running> => {
    const running = await startEverything({
      ...{ log, signal, output: 'files', temporalUi: false, postgresSettings: { fsync: 'off' } },
      ...options,
      overrides: {
        ...Object.fromEntries(foreignSettings),
        ...{ DATA_DIR: join(folder, name), PORT: '0', WORKER_METRICS_PORT: '0', LOG_LEVEL: 'info' },
        ...{ PART_SIZE_GC: '4000', PART_SIZE_EXTRACT: '30', BATCH_TARGET_MS: '20' },
        ...{ EXTRACT_BATCH_TARGET_MS: '20', EXTRACT_PROCESSES: '1' },
        ...{
          RECONCILE_INTERVAL_MS: '500',
          IMAGE_STORE: `folder:${sampleFolder}`,
          ORIGIN_HOSTS: 'http://127.0.0.1:*',
        },
        // What selects events for body descriptors is a version that no network has: 101 is what they lack.
        ...{ DEFAULT_BODY_DESCRIPTOR_VERSION: String(presentBody) },
        ...settableClock(clockFolder),
        ...bucket?.settings,
        ...options.overrides,
      },
    });
    started.push(running);
    return running;
  };
  const stop = async (): Promise<void> => {
    for (const running of [...started].reverse()) await running.stop();
    await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
    await bucket?.stop();
    await pair?.stop();
  };

  try {
    const servers = await start('servers', {
      ...{ workers: [], api: false },
      ...(pair === null
        ? {}
        : { overrides: { DATABASE_URL: pair.urlAt(pair.ports), SESSION_SECRET: sessionSecret } }),
    });
    const toPostgres: readonly [number, ...number[]] = pair?.ports ?? [portOf(servers.databaseUrl)];
    for (const path of paths)
      proxies[path] = path.endsWith('postgres')
        ? await createProxy(...toPostgres)
        : await createProxy(portOf(`tcp://${servers.temporalAddress}`));
    const all = proxies as Record<PathName, Proxy>;
    const through = (who: 'worker' | 'api') => ({
      DATABASE_URL: (pair?.urlAt ?? withPort(servers.databaseUrl))(all[`${who}-postgres`].ports),
      TEMPORAL_ADDRESS: `127.0.0.1:${all[`${who}-temporal`].port}`,
      SESSION_SECRET: sessionSecret,
    });
    const [workers, api] = await allOrFirstError([
      start('workers', {
        ...{ workers: [everyQueue, everyQueue], api: false, overrides: through('worker') },
      }),
      start('api', { workers: [], overrides: through('api') }),
    ]);
    const home = (name: string) => (name === 'api' ? api : name.startsWith('worker') ? workers : servers);
    const pids = (): Record<string, number | null> => ({
      ...servers.pids(),
      ...workers.pids(),
      ...api.pids(),
      ...pair?.pids(),
    });
    const ownServer = (name: string) => (name === 'store' ? bucket : (pair?.server(name) ?? null));
    const halt = async (name: string, how: NodeJS.Signals): Promise<void> => {
      const server = ownServer(name);
      await (server === null ? home(name).halt(name, how) : server.kill(how));
    };
    const login = { login: api.config.adminLogin, password: defaultAdminPassword };
    return {
      ...{ folder, sampleFolder, proxies: all, pids, halt, stop },
      databaseUrl: () => pair?.url() ?? servers.databaseUrl,
      ...{ apiUrl: api.apiUrl, credentials: basic(login.login, login.password) },
      api: createApiClient({ url: api.apiUrl, ...login, signal }),
      resume: async (name) => {
        for (;;) {
          signal.throwIfAborted();
          try {
            await (ownServer(name)?.start() ?? home(name).resume(name));
            return;
          } catch {
            // It cannot start while what it needs is away; what failed to start counts as wanted.
            await halt(name, 'SIGKILL');
          }
        }
      },
      inSync: async () => {
        await pair?.inSync();
      },
      failOver: async () => {
        await pair?.failOver();
      },
      setClock: async (name, offsetMs) => {
        const pid = pids()[name];
        if (pid != null) await setClock(clockFolder, pid, offsetMs);
      },
      childrenOf: (name) => childrenOf(pids()[name] ?? null),
      wipeTemporal: async () => {
        const data = join(folder, 'servers', 'temporal');
        const files = (await readdir(data)).filter((file) => file.includes('.db'));
        for (const file of files) await rm(join(data, file));
      },
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await stop();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function portOf(address: string): number {
  return Number(new URL(address).port);
}

function withPort(address: string): (ports: readonly number[]) => string {
  return ([port]) => {
    const url = new URL(address);
    url.port = String(port);
    return url.href;
  };
}

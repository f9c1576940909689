import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createApiClient } from '../../commands/cli/apiClient.ts';
import { startEverything, type Running } from '../../commands/system/system.ts';
import { createTaskCalls, type TaskCalls } from '../../commands/cli/taskCalls.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import type { Environment } from '../../platform/config.ts';
import type { Logger } from '../../platform/logger.ts';
import { defaultAdminPassword } from '../../platform/settings/settings.ts';
import { makeTemporaryFolder } from '../../platform/temporaryFolder.ts';

/** A system of its own for measuring, in a folder that goes away with it. */
export interface Bed {
  readonly running: Running;
  readonly tasks: TaskCalls;
  /** One connection, for seeding and for the floor. */
  readonly db: Database;
  readonly accountId: string;
  readonly extractProcesses: number;
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

const emptied = [
  'DATABASE_URL',
  'DATABASE_URL_FILE',
  'TEMPORAL_ADDRESS',
  'IMAGE_STORE',
  'ADMIN_LOGIN',
  'HOST',
];

export async function openBed(log: Logger, signal: AbortSignal, settings: Environment = {}): Promise<Bed> {
  const folder = await makeTemporaryFolder('bench');
  try {
    const running = await startEverything({
      ...{ log, output: 'files', temporalUi: false, signal },
      overrides: {
        ...Object.fromEntries(
          [...emptied, 'ADMIN_PASSWORD', 'ADMIN_PASSWORD_FILE'].map((name) => [name, '']),
        ),
        ...{ DATA_DIR: folder, PORT: '0', WORKER_METRICS_PORT: '0', LOG_LEVEL: 'warn' },
        ...{ GC_WINDOW: '4', EXTRACT_PROCESSES: String(availableParallelism()) },
        ...settings,
      },
    });
    const { apiUrl: url, config } = running;
    const db = createDatabase({ url: running.databaseUrl, applicationName: 'bench', maxConnections: 1 });
    const login = config.adminLogin;
    const api = createApiClient({ url, login, password: defaultAdminPassword, signal });
    const [account] = await db.query<{ account_id: string }>(
      'select account_id from accounts where login = $1',
      [login],
    );
    if (account === undefined) throw new Error(`there is no account ${login}`);
    return {
      ...{ running, db, extractProcesses: config.extractProcesses, signal },
      tasks: createTaskCalls(api),
      accountId: account.account_id,
      close: async () => {
        // Together: a statement that is under way ends only with the server.
        await Promise.all([db.close(), running.stop()]);
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

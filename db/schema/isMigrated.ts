import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError } from '../../platform/config.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Sql } from '../sql/connection.ts';
import { checkSame, checkServer, madeAt, type ServerSettings } from './checkServer.ts';
import { listMigrations } from './migrationFiles.ts';
import { isLoginRefused, isUnavailable } from '../sql/unavailable.ts';

const askEveryMs = 1_000;

/** Whether the schema is what this release needs; for processes that do not migrate. */
export async function isMigrated(db: Sql): Promise<boolean> {
  const [table] = await db.query<{ there: boolean }>(
    "select to_regclass('schema_migrations') is not null there",
  );
  if (table?.there !== true) return false;
  const rows = await db.query<{ name: string }>('select name from schema_migrations');
  const names = new Set(rows.map(({ name }) => name));
  return (await listMigrations()).every((name) => names.has(name));
}

export interface MigratedOptions {
  readonly db: Sql;
  readonly server: ServerSettings;
  readonly log: Pick<Logger, 'warn'>;
  readonly stopping: AbortSignal;
  /** Told each time that the database was asked in vain. */
  readonly onWait: () => void | Promise<void>;
}

/**
 * Waits for a database that is away, for as long as it takes: a process that ends instead is started later and later.
 * One with a wrong password ends, for it reads that only at its start.
 * @throws ConfigError when the server or the schema is not what this release needs
 */
export async function waitUntilMigrated({
  db,
  server,
  log,
  stopping,
  onWait,
}: MigratedOptions): Promise<void> {
  let healthy = true;
  for (;;) {
    try {
      await checkServer(server);
      if (!(await isMigrated(db)))
        throw new ConfigError(['DATABASE_URL: its schema is out of date; run npm run migrate first']);
      if (server.directUrl === undefined) return;
      const [made] = await db.query<{ time: string | null }>(madeAt);
      await checkSame(server.directUrl, made?.time ?? null);
      return;
    } catch (error) {
      if (!isUnavailable(error) || isLoginRefused(error)) throw error;
      if (healthy) log.warn({ err: error }, 'the database does not answer yet');
      healthy = false;
      await onWait();
      await wait(askEveryMs, undefined, { signal: stopping });
    }
  }
}

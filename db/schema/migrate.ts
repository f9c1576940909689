import { readFile } from 'node:fs/promises';
import { Umzug, type UmzugStorage } from 'umzug';
import { parseDatabaseAddress } from '../../platform/databaseAddress.ts';
import { advisoryLocks } from '../sql/advisoryLocks.ts';
import { createDatabase, type Database, type Sql } from '../sql/connection.ts';
import { listMigrations, migrationsFolder } from './migrationFiles.ts';

/** The database was migrated by a newer release; running this one against it could lose data. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

export interface MigrateOptions {
  /** Of the owner of the tables. */
  readonly databaseUrl: string;
  /** Whom the service connects as, when that is another: it may read and write rows, but not rewrite the audit. */
  readonly serviceUrl?: string | undefined;
  readonly log?: { info(fields: object, message: string): void };
}

/**
 * Brings the schema up to date, one transaction a migration, alone: others that start at the same time wait.
 * @throws NewerSchemaError when the database holds a migration that this release does not know.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const db = createDatabase({
    url: options.databaseUrl,
    applicationName: 'luna-admin migrate',
    maxConnections: 2,
  });
  try {
    return await db.transaction(async (lock) => {
      await lock.query('select pg_advisory_xact_lock($1)', [advisoryLocks.migrations]);
      await db.query(
        'create table if not exists schema_migrations (name text primary key, apply_time timestamptz not null default now())',
      );
      await refuseNewer(db);
      const applied = await migrations(db).up();
      for (const { name } of applied) options.log?.info({ migration: name }, 'migration applied');
      const role = roleOf(options.serviceUrl);
      if (role !== null && role !== roleOf(options.databaseUrl)) await grantRights(db, role);
      return { applied: applied.map(({ name }) => name) };
    });
  } finally {
    await db.close();
  }
}

function roleOf(url: string | undefined): string | null {
  return url === undefined ? null : decodeURIComponent(new URL(parseDatabaseAddress(url).urls[0]).username);
}

/** What the service's own role needs of the tables that there are now, and no more. */
async function grantRights(db: Database, role: string): Promise<void> {
  const name = `"${role.replaceAll('"', '""')}"`;
  await db.transaction(async (tx) => {
    await tx.query(`grant usage on schema public to ${name}`);
    await grantTemporary(tx, name);
    await tx.query(`grant select, insert, update, delete on all tables in schema public to ${name}`);
    for (const partition of await emptiedPartitions(tx)) {
      await tx.query(`grant truncate on ${partition} to ${name}`);
    }
    for (const table of [
      'audit',
      'audit_seals',
      'audit_heads',
      'audit_expirations',
      'erasure_certificates',
      'schema_migrations',
    ]) {
      await tx.query(`revoke update, delete, truncate on ${table} from ${name}`);
    }
    await tx.query(`revoke insert on audit_expirations, schema_migrations from ${name}`);
  });
}

/** For the comparison of a sample store with its rows. Everyone has it, unless it was revoked from `public`. */
async function grantTemporary(tx: Sql, name: string): Promise<void> {
  const [row] = await tx.query<{ statement: string | null }>(
    `select case when has_database_privilege(current_database(), 'temporary with grant option')
       then format('grant temporary on database %I to ', current_database()) end as statement`,
  );
  if (row?.statement != null) await tx.query(`${row.statement}${name}`);
}

/** What a gc of a whole descriptor version or of whole days empties at once; the names are ready for SQL. */
async function emptiedPartitions(tx: Sql): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    `select relid::regclass::text as name
     from unnest(array['face_descriptors', 'event_descriptors', 'events']) as parent (name)
       cross join lateral pg_partition_tree(parent.name) where level > 0`,
  );
  return rows.map(({ name }) => name);
}

async function refuseNewer(db: Sql): Promise<void> {
  const names = new Set(await listMigrations());
  const rows = await db.query<{ name: string }>('select name from schema_migrations order by name');
  const unknown = rows.map(({ name }) => name).filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new NewerSchemaError(
      `the database was migrated by a newer release (${unknown.join(', ')}): start that release, or restore a backup`,
    );
  }
}

function migrations(db: Database): Umzug {
  return new Umzug({
    migrations: async () =>
      (await listMigrations()).map((name) => ({
        name,
        up: async () => {
          const sql = await readFile(`${migrationsFolder}${name}`, 'utf8');
          await db.transaction(async (tx) => {
            await tx.query(sql);
            await tx.query('insert into schema_migrations (name) values ($1)', [name]);
          });
        },
      })),
    storage: appliedIn(db),
    logger: undefined,
  });
}

/** Umzug reads here what is applied; each migration's own transaction writes its line. */
function appliedIn(db: Sql): UmzugStorage {
  return {
    logMigration: () => Promise.resolve(),
    unlogMigration: () => Promise.reject(new Error('migrations go forward only')),
    executed: async () =>
      (await db.query<{ name: string }>('select name from schema_migrations order by name')).map(
        ({ name }) => name,
      ),
  };
}

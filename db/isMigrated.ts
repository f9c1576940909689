import type { Sql } from './connection.ts';
import { listMigrations } from './migrationFiles.ts';

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

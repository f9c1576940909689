import { readFile } from 'node:fs/promises';
import { listMigrations, migrationsFolder } from '../../../db/schema/migrationFiles.ts';
import type { Database } from '../../../db/sql/connection.ts';

/** Which made events partitioned. */
const partitioning = '0062';

/** Migrates an empty database to the release before events had partitions, has it filled, and migrates it to this one. */
export async function migrateAround(db: Database, fill: () => Promise<void>): Promise<void> {
  const run = async (name: string) => db.query(await readFile(`${migrationsFolder}${name}`, 'utf8'));
  const names = await listMigrations();
  await db.query(
    'create table schema_migrations (name text primary key, apply_time timestamptz not null default now())',
  );
  for (const name of names.filter((each) => each < partitioning)) await run(name);
  await fill();
  for (const name of names.filter((each) => each >= partitioning)) await run(name);
}

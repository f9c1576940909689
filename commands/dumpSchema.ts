import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createDatabase } from '../db/connection.ts';
import { describeSchema } from '../db/describeSchema.ts';
import { migrate } from '../db/migrate.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { createLogger } from '../platform/logger.ts';
import { makeTemporaryFolder } from '../platform/temporaryFolder.ts';
import { defineCommand, runCommand } from './options.ts';

const schemaFile = fileURLToPath(new URL('../db/schema.sql', import.meta.url));

await runCommand(
  defineCommand(
    'schema:dump',
    'Writes db/schema.sql from the migrations, by a PostgreSQL of its own.',
  ).action(dump),
);

async function dump(): Promise<void> {
  const dataDir = await makeTemporaryFolder('schema');
  const log = createLogger({ name: 'schema', level: 'warn', format: 'pretty' });
  const postgres = await startPostgres({ dataDir, log });
  try {
    await migrate({ databaseUrl: postgres.url });
    const db = createDatabase({ url: postgres.url, applicationName: 'luna-admin schema', maxConnections: 1 });
    try {
      await writeFile(schemaFile, await describeSchema(db));
    } finally {
      await db.close();
    }
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

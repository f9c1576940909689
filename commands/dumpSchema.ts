import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createDatabase } from '../db/sql/connection.ts';
import { describeSchema } from '../db/schema/describeSchema.ts';
import { migrate } from '../db/schema/migrate.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { createLogger } from '../platform/logger.ts';
import { makeTemporaryFolder } from '../platform/temporaryFolder.ts';
import { defineCommand, runCommand } from './cli/options.ts';

const schemaFile = fileURLToPath(new URL('../db/schema/schema.sql', import.meta.url));

await runCommand(
  defineCommand(
    'schema:dump',
    'Writes db/schema/schema.sql from the migrations, using a private PostgreSQL.',
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

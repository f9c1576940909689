import { checkDatabase } from '../db/schema/checkDatabase.ts';
import { migrate } from '../db/schema/migrate.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { defineCommand, runCommand } from './cli/options.ts';
import { getDatabaseUrl } from './system/databaseUrl.ts';

await runCommand(
  defineCommand('npm run migrate --', 'Updates the schema of DATABASE_URL.').action(async () => {
    const config = loadConfig();
    const log = createLogger({ name: 'migrate', level: config.logLevel, format: config.logFormat });
    const directUrl = await getDatabaseUrl(config);
    const databaseUrl = config.migrationDatabaseUrl ?? directUrl;
    await checkDatabase(databaseUrl);
    const { applied } = await migrate({
      databaseUrl,
      serviceUrl: config.databaseUrl ?? directUrl,
      log,
    });
    process.stdout.write(applied.length === 0 ? 'up to date\n' : `applied: ${applied.join(', ')}\n`);
  }),
);

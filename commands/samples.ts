import { Option } from 'commander';
import { isMigrated } from '../db/schema/isMigrated.ts';
import { createDatabase } from '../db/sql/connection.ts';
import { loadConfig } from '../platform/config.ts';
import { defineCommand, runCommand, UsageError } from './cli/options.ts';
import { copyStore } from './samples/copyStore.ts';
import { getAnsweringDatabase } from './system/databaseUrl.ts';

const incomplete = 3;

interface Options {
  readonly verify: boolean;
  readonly prune: boolean;
}

const command = defineCommand('npm run samples --', 'Moves the sample store.');
command
  .command('copy')
  .description('Copies a sample store to another place, which the service can use afterwards.')
  .argument('<from>', 'the store of the database: folder:PATH or s3://BUCKET/PREFIX')
  .argument('<to>', 'the other place')
  .addOption(new Option('--verify', 'compare the content of images that are in both').default(false))
  .addOption(
    new Option(
      '--prune',
      'remove images from TO that neither a sample nor a pending removal refers to',
    ).default(false),
  )
  .addHelpText(
    'after',
    `
Each copied image is read back and compared by SHA-256. Run it again to continue: it copies what is missing in TO or
newer in FROM, and takes nothing out of TO without --prune. For a bucket, set S3_ENDPOINT and the other S3_ settings.

Status 0: TO is complete. ${incomplete}: it is not, and the lines say what is missing. 1: the copy stopped. 2: invalid usage.`,
  )
  .action(copy);

await runCommand(command);

async function copy(from: string, to: string, options: Options): Promise<void> {
  // As the setting would be checked.
  for (const place of [from, to]) loadConfig({ IMAGE_STORE: place });
  if (from === to) throw new UsageError('FROM and TO are the same');
  const config = loadConfig();
  const db = createDatabase({
    ...{ url: await getAnsweringDatabase(config), applicationName: 'luna-admin samples', maxConnections: 1 },
  });
  try {
    if (!(await isMigrated(db))) throw new UsageError('the database is not migrated: npm run migrate');
    const { lines, isComplete } = await copyStore(db, { from, to, config, ...options });
    process.stdout.write(`${lines.join('\n')}\n`);
    if (!isComplete) process.exitCode = incomplete;
  } finally {
    await db.close();
  }
}

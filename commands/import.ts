import { stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadConfig } from '../platform/config.ts';
import type { ImportCommandOptions } from './import/bringIn.ts';
import { defaultExcludes } from './import/photoFolder.ts';
import {
  collect,
  defineCommand,
  runCommand,
  share,
  shortText,
  UsageError,
  wholeNumber,
} from './cli/options.ts';
import { withAccount } from './accounts/adminAccount.ts';

const incomplete = 3;

await runCommand(
  defineCommand(
    'npm run import --',
    'Imports photos: finds the faces, stores samples and extracts descriptors.',
  )
    .argument('<dir>', 'folder with photos, searched recursively')
    .requiredOption('--account <login>', 'login of the account that will own the faces')
    .option('--list <name>', 'list to add the faces to; created if it does not exist', shortText)
    .option(
      '--events',
      'create an event for each face that has none yet, with the body if the photo shows it',
      false,
    )
    .option('--repair', 'restore missing samples and descriptors of known photos', false)
    .option(
      '--exclude <pattern>',
      'skip matching files, such as *.png or old/**; may be repeated',
      collect,
      [],
    )
    .option('--hidden', `do not skip ${defaultExcludes.join(' and ')}`, false)
    .option(
      '--min-face <pixels>',
      'only faces at least this high and wide in the photo, in pixels',
      wholeNumber(0, 100_000),
      0,
    )
    .option(
      '--min-quality <share>',
      'only faces with at least this detector confidence, 0 to 1 (never below 0.5)',
      share,
      0,
    )
    .option('--report <file>', 'write everything that was skipped to a CSV file')
    .option(
      '--copies <n>',
      'add this many slightly changed copies of each face, for volume',
      wholeNumber(0, 10_000),
      0,
    )
    .option(
      '--seed <n>',
      'seed of the copies; the same seed gives the same copies',
      wholeNumber(0, 2_147_483_647),
      1,
    )
    .addHelpText(
      'after',
      `
JPEG, PNG, WebP, TIFF, GIF, AVIF and HEIC. A photo is recognised by its content, not by its name: importing
it again adds nothing. Links to files are followed; links to folders are not, and are reported.

Status 0: nothing that looks like a photo was skipped. ${incomplete}: something was, and the table says why; exclude files that
should never be imported. 1: no photo could be used, or the import stopped; run it again to continue. 2: invalid usage.`,
    )
    .action(run),
);

async function run(given: string, options: ImportCommandOptions): Promise<void> {
  const config = loadConfig();
  const folder = resolve(given);
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new UsageError(`${given} is not a folder`);
  if (options.report !== undefined) await writeFile(options.report, '');
  await withAccount(config, 'import', options.account, async (db, accountId) => {
    // The networks' code takes seconds to load: too long to wait for when the database is not there.
    const { bringIn } = await import('./import/bringIn.ts');
    if (await bringIn({ db, config, accountId, folder, options })) return;
    process.exitCode = incomplete;
    process.stderr.write('some files that look like photos were skipped\n');
  });
}

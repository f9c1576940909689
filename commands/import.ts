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
  defineCommand('npm run import --', 'Brings photos in: finds the faces, stores and describes them.')
    .argument('<dir>', 'folder with photos; folders in it are looked through too')
    .requiredOption('--account <login>', 'whose faces they become')
    .option('--list <name>', 'list that the faces are put on; made when there is none', shortText)
    .option(
      '--events',
      'an event for each face that has none yet, with the body where the photo shows it',
      false,
    )
    .option('--repair', 'put back samples and descriptors that known photos have lost', false)
    .option(
      '--exclude <pattern>',
      'leave out what it names, such as *.png, old/**; may be repeated',
      collect,
      [],
    )
    .option('--hidden', `do not leave out ${defaultExcludes.join(' and ')}`, false)
    .option(
      '--min-face <pixels>',
      'only faces that are so high and wide in the photo',
      wholeNumber(0, 100_000),
      0,
    )
    .option(
      '--min-quality <share>',
      'only faces of which the detector is so sure, 0 to 1 (never below 0.5)',
      share,
      0,
    )
    .option('--report <file>', 'write everything that was left out to a file, CSV')
    .option('--copies <n>', 'slightly changed copies of each face, for volume', wholeNumber(0, 10_000), 0)
    .option('--seed <n>', 'which copies; the same seed makes the same', wholeNumber(0, 2_147_483_647), 1)
    .addHelpText(
      'after',
      `
JPEG, PNG, WebP, TIFF, GIF, AVIF and HEIC. A photo is known by its content, whatever its name: one that was imported
adds nothing. Links to files are read; links to folders are not followed but told.

Status 0: nothing that looks like a photo was left out. ${incomplete}: something was, and the table says why; exclude what shall
never be imported. 1: nothing could be used, or the import stopped; running it again goes on. 2: wrong usage.`,
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
    process.stderr.write('some of what looks like a photo was left out\n');
  });
}

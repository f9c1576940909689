import { stat } from 'node:fs/promises';
import { createAccountStore } from '../db/accountStore.ts';
import { createDatabase, type Database } from '../db/connection.ts';
import { createImportStore } from '../db/importStore.ts';
import { isMigrated } from '../db/isMigrated.ts';
import { createSampleStoreRow } from '../db/sampleStoreRow.ts';
import { findExtractor } from '../extraction/catalogue.ts';
import { createFaceDetector } from '../extraction/detect.ts';
import { isPhotoName, listFiles } from '../extraction/photoFiles.ts';
import { createExtractorPool } from '../extraction/pool.ts';
import { openImageStore } from '../imagestore/open.ts';
import { loadConfig, type Config } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { importPhotos, type ImportSummary } from './importPhotos.ts';
import { defineCommand, runCommand, UsageError, wholeNumber } from './options.ts';
import { withProgress } from './progress.ts';
import { getDatabaseUrl } from './databaseUrl.ts';

interface Options {
  readonly account: string;
  readonly list?: string;
  readonly events?: true;
  readonly copies: number;
  readonly seed: number;
}

await runCommand(
  defineCommand('npm run import --', 'Brings photos in: finds the faces, stores and describes them.')
    .argument('<dir>', 'folder with photos; folders in it are looked through too')
    .requiredOption('--account <login>', 'whose faces they become')
    .option('--list <name>', 'list that the faces are put on; made when there is none')
    .option('--events', 'make an event for each face too, with the body where the photo shows enough of it')
    .option('--copies <n>', 'slightly changed copies of each face, for volume', wholeNumber(0, 10_000), 0)
    .option('--seed <n>', 'which copies; the same seed makes the same', wholeNumber(0, 2_147_483_647), 1)
    .action(bringIn),
);

async function bringIn(folder: string, options: Options): Promise<void> {
  const config = loadConfig();
  const files = await filesOf(folder);
  const db = createDatabase({
    url: await getDatabaseUrl(config),
    applicationName: 'luna-admin import',
    maxConnections: 2,
  });
  try {
    if (!(await isMigrated(db))) throw new UsageError('the database is not migrated: npm run migrate');
    const found = await createAccountStore(db).findByLogin(options.account);
    if (found === null) throw new UsageError(`there is no account ${options.account}`);
    const summary = await runImport(db, config, found.account.accountId, files, options);
    report(summary, files);
    if (summary.photosUsed === 0) throw new Error('no photo could be used');
  } finally {
    await db.close();
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new UsageError(`${folder} is not a folder`);
  return listFiles(folder);
}

async function runImport(
  db: Database,
  config: Config,
  accountId: string,
  files: readonly string[],
  options: Options,
): Promise<ImportSummary> {
  const images = openImageStore(config.imageStore, createSampleStoreRow(db));
  await images.check();
  const log = createLogger({ name: 'import', level: config.logLevel, format: config.logFormat });
  const photos = files.filter(isPhotoName);
  const pool = createExtractorPool({ processes: config.extractProcesses, log });
  try {
    const { list } = options;
    return await withProgress('photos', photos.length, async ({ update }) => {
      const detector = await createFaceDetector();
      return importPhotos({ store: createImportStore(db), images, pool, detector }, photos, {
        accountId,
        ...(list === undefined ? {} : { list }),
        events: options.events ?? false,
        copies: options.copies,
        seed: options.seed,
        descriptorVersion: config.defaultDescriptorVersion,
        bodyDescriptorVersion: findExtractor(config.defaultBodyDescriptorVersion, 'body')?.version ?? null,
        onProgress: ({ photosDone, facesAdded }) => {
          update(photosDone, { note: `${facesAdded} faces added` });
        },
      });
    });
  } finally {
    await pool.close();
  }
}

function report(summary: ImportSummary, files: readonly string[]): void {
  const unusable = [
    ...summary.unusable,
    ...files.filter((file) => !isPhotoName(file)).map((file) => ({ file, reason: 'not named like a photo' })),
  ];
  const lines = [
    `${summary.photosUsed} photos used, ${summary.facesFound} faces found in them`,
    `${summary.facesAdded} faces added, ${summary.facesKnown} were there already`,
    ...(summary.listId === null ? [] : [`list ${summary.listId}`]),
    ...(unusable.length === 0 ? [] : [`${unusable.length} files could not be used:`]),
    ...unusable.map(({ file, reason }) => `  ${file}: ${reason}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

import { stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createImportStore } from '../db/importStore.ts';
import { createSampleStoreRow } from '../db/sampleStoreRow.ts';
import type { Database } from '../db/connection.ts';
import { findExtractor } from '../extraction/catalogue.ts';
import { createFaceDetector } from '../extraction/detect.ts';
import { createExtractorPool } from '../extraction/pool.ts';
import { openImageStore } from '../imagestore/open.ts';
import { loadConfig, type Config } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { createExclude, defaultExcludes } from './import/exclude.ts';
import { readPhotoFolder, type FilePath, type FolderContent } from './import/photoFolder.ts';
import { leftOutLines, summaryLines, writeReport } from './import/report.ts';
import { ImportStoppedError, importPhotos, type ImportSummary } from './importPhotos.ts';
import { collect, defineCommand, runCommand, share, shortText, UsageError, wholeNumber } from './options.ts';
import { withProgress } from './progress.ts';
import { withAccount } from './withAccount.ts';

interface Options {
  readonly account: string;
  readonly list?: string;
  readonly events: boolean;
  readonly copies: number;
  readonly seed: number;
  readonly exclude: readonly string[];
  readonly hidden: boolean;
  readonly minFace: number;
  readonly minQuality: number;
  readonly repair: boolean;
  readonly report?: string;
}

const incomplete = 3;
const draftsAreOldAfterMs = 3_600_000;

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
    .action(bringIn),
);

async function bringIn(given: string, options: Options): Promise<void> {
  const config = loadConfig();
  const folder = resolve(given);
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new UsageError(`${given} is not a folder`);
  const isExcluded = createExclude([...(options.hidden ? [] : defaultExcludes), ...options.exclude]);
  const content = await readPhotoFolder(folder, isExcluded);
  if (options.report !== undefined) await writeFile(options.report, '');
  await withAccount(config, 'import', options.account, async (db, accountId) => {
    try {
      const summary = await runImport(db, config, accountId, content.photos, options);
      const isComplete = await tell(folder, content, summary, options);
      if (summary.photosUsed === 0) throw new Error('no photo could be used');
      if (isComplete) return;
      process.exitCode = incomplete;
      process.stderr.write('some of what looks like a photo was left out\n');
    } catch (error) {
      if (error instanceof ImportStoppedError) await tell(folder, content, error.summary, options);
      throw error;
    }
  });
}

/** @returns whether nothing is missed */
async function tell(
  folder: string,
  content: FolderContent,
  summary: ImportSummary,
  { report }: Options,
): Promise<boolean> {
  const unusable = summary.unusable.map((one) => ({ ...one, isMissed: true }));
  const leftOut = [...unusable, ...content.leftOut];
  const lines = [...summaryLines(summary)];
  if (content.excluded > 0) lines.push(`${content.excluded} files and folders excluded by their names`);
  process.stdout.write(`${[...lines, ...leftOutLines(folder, leftOut)].join('\n')}\n`);
  if (report !== undefined) await writeReport(report, folder, leftOut);
  return leftOut.every(({ isMissed }) => !isMissed);
}

async function runImport(
  db: Database,
  config: Config,
  accountId: string,
  photos: readonly FilePath[],
  options: Options,
): Promise<ImportSummary> {
  const images = openImageStore(config.imageStore, createSampleStoreRow(db));
  await images.check();
  if (options.repair) await images.removeDrafts(draftsAreOldAfterMs);
  const log = createLogger({ name: 'import', level: config.logLevel, format: config.logFormat });
  const pool = createExtractorPool({ processes: config.extractProcesses, log });
  try {
    return await withProgress('photos', photos.length, async ({ update }) => {
      const detector = await createFaceDetector();
      return importPhotos({ store: createImportStore(db), images, pool, detector }, photos, {
        ...options,
        accountId,
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

import { createDefaultVersionStore } from '../../db/networks/defaultVersionStore.ts';
import type { Database } from '../../db/sql/connection.ts';
import { createImportStore } from '../../db/faces/importStore.ts';
import { createSampleStoreRow } from '../../db/faces/sampleStoreRow.ts';
import { readNetworks } from '../../extraction/catalogue/catalogue.ts';
import { findNetwork } from '../../extraction/catalogue/network.ts';
import { requireUsable } from '../../extraction/check/requireUsable.ts';
import { createFaceDetector } from '../../extraction/pictures/detect.ts';
import { createExtractorPool } from '../../extraction/pool/pool.ts';
import { openImageStore } from '../../imagestore/openImageStore.ts';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { ImportStoppedError, importPhotos, type ImportSummary } from './importPhotos.ts';
import { withProgress } from '../cli/progress.ts';
import {
  createExclude,
  defaultExcludes,
  readPhotoFolder,
  type FilePath,
  type FolderContent,
} from './photoFolder.ts';
import { leftOutLines, summaryLines, writeReport } from './report.ts';

export interface ImportCommandOptions {
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

export interface Order {
  readonly db: Database;
  readonly config: Config;
  readonly accountId: string;
  readonly folder: string;
  readonly options: ImportCommandOptions;
}

const draftsAreOldAfterMs = 3_600_000;

/** Imports a folder and tells what came of it. @returns whether nothing that looks like a photo was left out */
export async function bringIn(order: Order): Promise<boolean> {
  const { folder, options } = order;
  const isExcluded = createExclude([...(options.hidden ? [] : defaultExcludes), ...options.exclude]);
  const content = await readPhotoFolder(folder, isExcluded);
  try {
    const summary = await importAll(order, content.photos);
    const isComplete = await tell(folder, content, summary, options);
    if (summary.photosUsed === 0) throw new Error('no photo could be used');
    return isComplete;
  } catch (error) {
    if (error instanceof ImportStoppedError) await tell(folder, content, error.summary, options);
    throw error;
  }
}

/** @returns whether nothing is missed */
async function tell(
  folder: string,
  content: FolderContent,
  summary: ImportSummary,
  { report }: ImportCommandOptions,
): Promise<boolean> {
  const unusable = summary.unusable.map((one) => ({ ...one, isMissed: true }));
  const leftOut = [...unusable, ...content.leftOut];
  const lines = [...summaryLines(summary)];
  if (content.excluded > 0) lines.push(`${content.excluded} files and folders excluded by their names`);
  process.stdout.write(`${[...lines, ...leftOutLines(folder, leftOut)].join('\n')}\n`);
  if (report !== undefined) await writeReport(report, folder, leftOut);
  return leftOut.every(({ isMissed }) => !isMissed);
}

async function importAll(
  { db, config, accountId, options }: Order,
  photos: readonly FilePath[],
): Promise<ImportSummary> {
  const images = openImageStore(config, createSampleStoreRow(db));
  await images.check();
  if (options.repair) await images.removeDrafts(draftsAreOldAfterMs);
  const log = createLogger({ name: 'import', level: config.logLevel, format: config.logFormat });
  const networks = readNetworks(config);
  await requireUsable(networks);
  const defaults = await createDefaultVersionStore(db, config).read();
  const pool = createExtractorPool({ processes: config.extractProcesses, networks, log });
  try {
    return await withProgress('photos', photos.length, async ({ update }) => {
      const detector = await createFaceDetector();
      return importPhotos({ store: createImportStore(db), images, pool, detector }, photos, {
        ...options,
        accountId,
        descriptorVersion: defaults.face,
        bodyDescriptorVersion: findNetwork(networks, defaults.body, 'body')?.version ?? null,
        onProgress: ({ photosDone, facesAdded }) => {
          update(photosDone, { note: `${facesAdded} faces added` });
        },
      });
    });
  } finally {
    await pool.close();
  }
}

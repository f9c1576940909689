import { compareHeldKeys } from '../../db/faces/heldKeys.ts';
import { createSampleStoreRow } from '../../db/faces/sampleStoreRow.ts';
import type { Database } from '../../db/sql/connection.ts';
import { openHoldings } from '../../imagestore/holdings.ts';
import { strange } from '../../imagestore/mark.ts';
import type { StoreConfig } from '../../imagestore/openImageStore.ts';
import { UsageError } from '../cli/options.ts';
import { withProgress } from '../cli/progress.ts';
import { copyImages } from './copyImages.ts';

export interface CopyOrder {
  readonly from: string;
  readonly to: string;
  readonly config: StoreConfig;
  readonly verify: boolean;
  readonly prune: boolean;
}

export interface CopyReport {
  readonly lines: readonly string[];
  /** Whether everything that FROM holds, and every sample of the database, is in TO, and TO has the mark. */
  readonly isComplete: boolean;
}

const atOnce = 32;
const shownFaults = 20;

/**
 * Makes TO a copy of FROM that the service can use. TO gets the mark of the database last, when all of FROM is in it: until
 * then the service refuses it. @throws StoreAwayError when FROM is not the store of the database, or TO is that of another
 */
export async function copyStore(db: Database, order: CopyOrder): Promise<CopyReport> {
  const { config, verify, prune } = order;
  const [from, to] = await Promise.all([openHoldings(order.from, config), openHoldings(order.to, config)]);
  const storeId = await createSampleStoreRow(db).findMarked();
  if (storeId === null) throw new UsageError('no store is marked yet: there is nothing to copy');
  const [fromMark, toMark] = [await from.mark.readMark(), await to.mark.readMark()];
  if (fromMark !== storeId) throw strange(from.mark.place, fromMark, storeId);
  if (toMark !== null && toMark !== storeId) throw strange(to.mark.place, toMark, storeId);
  if (prune && toMark === null)
    throw new UsageError(
      '--prune: TO is not marked as the store of this database yet; copy without it first',
    );

  const counts = await withProgress('images', 0, ({ update }) =>
    copyImages(from, to, {
      ...{ verify, atOnce },
      onProgress: ({ seen, copied, bytes }) => {
        const note = `${copied} copied, ${(bytes / 1e6).toFixed(1)} MB`;
        update(seen, { total: seen, note });
      },
    }),
  );
  // A volume that goes meanwhile has listed nothing.
  const markAfter = await from.mark.readMark();
  if (markAfter !== storeId) throw strange(from.mark.place, markAfter, storeId);
  const { faults } = counts;
  if (faults.size === 0 && toMark === null) await to.mark.writeMark(storeId);

  let pruned = 0;
  const { missing, unknown } = await compareHeldKeys(db, to.list(), async (keys) => {
    if (!prune) return;
    const { gone, refused, away } = await to.images.remove(keys);
    if (away !== null) throw away;
    pruned += gone.length;
    for (const [key, error] of refused) faults.set(key, `cannot be deleted: ${String(error)}`);
  });

  const left = unknown.count - pruned;
  const lines = [
    `${counts.seen} images in FROM: ${counts.copied} copied, ${counts.replaced} replaced by newer ones, ${counts.same} already there`,
    ...(counts.removed > 0 ? [`${counts.removed} images were removed from FROM meanwhile`] : []),
    ...(counts.onlyInTo > 0 ? [`${counts.onlyInTo} images only in TO`] : []),
    ...(pruned > 0 ? [`${pruned} images that no sample refers to were removed from TO`] : []),
    ...(left > 0
      ? [`${left} images in TO belong to no sample; --prune removes them: ${first(unknown.some)}`]
      : []),
    ...[...faults].slice(0, shownFaults).map(([key, what]) => `${key} ${what}`),
    ...(faults.size > shownFaults ? [`and ${faults.size - shownFaults} more`] : []),
    ...(faults.size > 0 && toMark === null ? ['TO was not marked: the service would refuse it'] : []),
    missing.count === 0
      ? 'every sample of the database has its image in TO'
      : `${missing.count} samples of the database have no image in TO: ${first(missing.some)}`,
  ];
  return { lines, isComplete: faults.size === 0 && missing.count === 0 && left === 0 };
}

function first(keys: readonly string[]): string {
  return `${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}`;
}

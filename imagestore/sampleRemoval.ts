import type { Logger } from '../platform/logger.ts';
import type { ImageStore } from './imageStore.ts';
import { StoreAwayError } from './storeAway.ts';

export interface SampleRemovalDeps {
  readonly images: Pick<ImageStore, 'remove'>;
  readonly tombstones: {
    listOld(olderThanSeconds: number, limit: number): Promise<string[]>;
    removeAll(storageKeys: readonly string[]): Promise<void>;
  };
  readonly log: Logger;
}

const atOnce = 16;
const sweepLimit = 1_000;
// Younger tombstones are probably being worked on by the batch that set them.
const sweepAgeSeconds = 60;

/** Removes image files whose rows are gone: the file first, its tombstone last. */
export function createSampleRemoval({ images, tombstones, log }: SampleRemovalDeps) {
  let sweepsFail = false;
  const remove = async (storageKeys: readonly string[]): Promise<number> => {
    const removed: string[] = [];
    const away: StoreAwayError[] = [];
    for (let start = 0; start < storageKeys.length && away.length === 0; start += atOnce) {
      await Promise.all(
        storageKeys.slice(start, start + atOnce).map(async (key) => {
          try {
            await images.remove(key);
            removed.push(key);
          } catch (error) {
            // Its tombstone stays, and a sweep tries again.
            if (error instanceof StoreAwayError) away.push(error);
            else log.warn({ err: error, key }, 'the image of a removed sample cannot be removed yet');
          }
        }),
      );
    }
    await tombstones.removeAll(removed);
    const [error] = away;
    if (error !== undefined) throw error;
    return removed.length;
  };
  return {
    /**
     * Answers how many are gone; those that resist stay for a sweep.
     * @throws StoreAwayError; what was not removed stays for a sweep
     */
    remove,
    /** Goes on when the store is back, and says once that it is away: it is called every few seconds. */
    sweep: async (): Promise<number> => {
      try {
        const count = await remove(await tombstones.listOld(sweepAgeSeconds, sweepLimit));
        sweepsFail = false;
        return count;
      } catch (error) {
        if (!(error instanceof StoreAwayError)) throw error;
        if (!sweepsFail) log.warn({ err: error }, 'images of removed samples wait for their store');
        sweepsFail = true;
        return 0;
      }
    },
  };
}

import type { Logger } from '../platform/logger.ts';
import type { ImageStore } from './imageStore.ts';

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
  const remove = async (storageKeys: readonly string[]): Promise<number> => {
    const removed: string[] = [];
    for (let start = 0; start < storageKeys.length; start += atOnce) {
      await Promise.all(
        storageKeys.slice(start, start + atOnce).map(async (key) => {
          try {
            await images.remove(key);
            removed.push(key);
          } catch (error) {
            // Its tombstone stays, and a sweep tries again.
            log.warn({ err: error, key }, 'the image of a removed sample cannot be removed yet');
          }
        }),
      );
    }
    await tombstones.removeAll(removed);
    return removed.length;
  };
  return {
    /** Answers how many are gone; those that resist stay for a sweep. */
    remove,
    sweep: async (): Promise<number> => remove(await tombstones.listOld(sweepAgeSeconds, sweepLimit)),
  };
}

import type { FileOutcome } from '../domain/gc/originRemoval.ts';
import type { Logger } from '../platform/logger.ts';
import type { ImageStore, StoreAwayError } from './imageStore.ts';

interface OldFile {
  readonly storageKey: string;
}

export interface SampleRemovalDeps<File extends OldFile> {
  readonly images: Pick<ImageStore, 'remove'>;
  readonly tombstones: {
    listOld(olderThanSeconds: number, limit: number): Promise<File[]>;
    settleOld(files: readonly File[], outcomes: readonly FileOutcome[]): Promise<void>;
  };
  readonly log: Logger;
}

export type SampleRemoval = ReturnType<typeof createSampleRemoval>;

export interface TriedFiles {
  /** Of files that were tried. */
  readonly outcomes: readonly FileOutcome[];
  /** Why the others were not; null: all were. */
  readonly away: StoreAwayError | null;
}

const sweepLimit = 1_000;
// Younger tombstones are probably being worked on by the batch that set them.
const sweepAgeSeconds = 60;

/** Removes image files whose rows are gone: the file first, its tombstone last. */
export function createSampleRemoval<File extends OldFile>(deps: SampleRemovalDeps<File>) {
  const { images, tombstones, log } = deps;
  let sweepsFail = false;

  const remove = async (storageKeys: readonly string[]): Promise<TriedFiles> => {
    const { gone, refused, away } = await images.remove(storageKeys);
    const outcomes: FileOutcome[] = gone.map((storageKey) => ({ storageKey, refusal: null }));
    for (const [storageKey, error] of refused) {
      log.warn({ err: error, key: storageKey }, 'the image of a removed sample cannot be deleted yet');
      outcomes.push({
        storageKey,
        refusal: `the image ${storageKey} cannot be deleted: ${reasonOf(error)}`,
      });
    }
    return { outcomes, away };
  };

  return {
    /** Tries each file; those that resist stay for a sweep. */
    remove,
    /**
     * Removes what nobody else did; answers how many are gone. Goes on when the store is back, and says once that it is
     * away: it is called every few seconds.
     */
    sweep: async (): Promise<number> => {
      const files = await tombstones.listOld(sweepAgeSeconds, sweepLimit);
      const { outcomes, away } = await remove(files.map(({ storageKey }) => storageKey));
      await tombstones.settleOld(files, outcomes);
      if (away !== null && !sweepsFail)
        log.warn({ err: away }, 'images of removed samples are waiting for the sample store');
      sweepsFail = away !== null;
      return outcomes.filter(({ refusal }) => refusal === null).length;
    },
  };
}

/** What the file system says, without the path that it says it of. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/, [a-z]+ '.*$/s, '');
}

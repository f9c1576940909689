import { removesOrigins, type GcContent } from '../domain/tasks/gcContent.ts';
import type { ClaimedPart, Committed } from '../domain/tasks/parts.ts';
import type { Database } from './connection.ts';
import { removeBatch } from './gcBatch.ts';
import { hasPendingOrigins } from './originBatch.ts';
import { commitBatch } from './partStore.ts';
import { emptyPartition, type Emptying } from './wholePartition.ts';

export interface GcStep {
  readonly removed: number;
  /** Removed objects that are done only when their image origins are settled. */
  readonly awaitingOrigins: number;
  readonly finished: boolean;
  /** Files to remove now that their rows are gone. */
  readonly storageKeys: readonly string[];
}

export type GcStore = ReturnType<typeof createGcStore>;

export function createGcStore(db: Database) {
  return {
    /** Empties the partition that the part is, unless it is busy or not the task's alone. */
    emptyWhole: (part: ClaimedPart, content: GcContent): Promise<Committed<Emptying>> =>
      commitBatch(db, part, async (tx) => {
        const emptying = await emptyPartition(tx, part, content);
        const { checkpoint } = part;
        const finished = emptying.kind === 'emptied';
        return {
          finished,
          checkpoint: {
            ...checkpoint,
            ...(finished ? { cursor: part.range.toKey, walked: true } : {}),
            done: checkpoint.done + emptying.removed,
          },
          result: emptying,
        };
      }),

    /** Removes the part's next `size` objects: one batch, one transaction. */
    removeNext: (part: ClaimedPart, content: GcContent, size: number): Promise<Committed<GcStep>> =>
      commitBatch(db, part, async (tx, attempt) => {
        const batch = await removeBatch(tx, part, content, { size, lock: attempt > 1 });
        const { checkpoint } = part;
        const { removed, awaitingOrigins, storageKeys } = batch;
        // Its last files are settled first: the next batch finds nothing more, and finishes.
        const finished =
          !batch.more &&
          storageKeys.length === 0 &&
          !(removesOrigins(content) && (await hasPendingOrigins(tx, part)));
        return {
          finished,
          checkpoint: {
            ...checkpoint,
            cursor: (batch.more ? batch.lastKey : null) ?? part.range.toKey,
            walked: !batch.more,
            batches: checkpoint.batches + 1,
            done: checkpoint.done + removed - awaitingOrigins,
            samplesRemoved: checkpoint.samplesRemoved + batch.samplesRemoved,
            samplesLeft: checkpoint.samplesLeft + batch.samplesLeft,
          },
          result: { removed, awaitingOrigins, finished, storageKeys },
        };
      }),
  };
}

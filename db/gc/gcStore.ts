import type { GcContent } from '../../domain/gc/gcContent.ts';
import {
  hasRemovalsToRetry,
  lastKey,
  type Checkpoint,
  type ClaimedPart,
  type Committed,
} from '../../domain/tasks/parts.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { objectFaultOf } from '../engine/faults.ts';
import { findNext, nothingRemoved, removeBatch, type RemovedBatch } from './gcBatch.ts';
import { commitBatch, type BatchEffect } from '../engine/commitBatch.ts';
import { hasPending, objectTypeOf } from './fileSettling.ts';
import { recordObjectErrors } from '../engine/taskErrorStore.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';
import { emptyPartition, type Emptying } from '../engine/wholePartition.ts';

export interface GcStep {
  readonly removed: number;
  /** Objects that cannot be removed: none, or the only one of the batch. */
  readonly failed: number;
  /** Removed objects that are done only when their image origins are settled. */
  readonly awaitingOrigins: number;
  readonly finished: boolean;
  /** Files to remove now that their rows are gone. */
  readonly storageKeys: readonly string[];
}

/** `faulty`: some of several objects cannot be removed, or not in the time that the database allows; nothing was changed. */
export type Removing = Committed<GcStep> | { readonly kind: 'faulty'; readonly isSlow: boolean };

export type GcStore = ReturnType<typeof createGcStore>;

export function createGcStore(db: Database) {
  return {
    /** Empties the partition that the part is, unless it is busy or not the task's alone. */
    emptyWhole: (part: ClaimedPart, content: GcContent): Promise<Committed<Emptying>> =>
      commitBatch<Emptying>(db, part, async (tx) => {
        const emptying = await emptyPartition(tx, part, content);
        const { checkpoint } = part;
        if (emptying.kind !== 'emptied') return { finished: false, checkpoint, result: emptying };
        return {
          finished: emptying.files === 0,
          checkpoint: {
            ...checkpoint,
            ...{ cursor: part.range.toKey, walked: true },
            batches: checkpoint.batches + emptying.chunks,
            done: checkpoint.done + emptying.removed,
            samplesRemoved: checkpoint.samplesRemoved + emptying.samplesRemoved,
            samplesLeft: checkpoint.samplesLeft + emptying.samplesLeft,
          },
          result: emptying,
        };
      }),

    /**
     * Removes the part's next `size` objects: one batch, one transaction. Those that could not be removed before come
     * after the range, when they are to be tried again. A single object that cannot be removed becomes its error.
     */
    removeNext: (part: ClaimedPart, content: GcContent, size: number): Promise<Removing> =>
      removeNext(db, part, content, size),
  };
}

async function removeNext(
  db: Database,
  part: ClaimedPart,
  content: GcContent,
  size: number,
): Promise<Removing> {
  const of = part.checkpoint.walked && hasRemovalsToRetry(part) ? 'errors' : 'range';
  if (size === 1) return commitBatch(db, part, (tx) => removeOne(tx, part, content, of));
  try {
    return await commitBatch(db, part, async (tx, attempt) => {
      const batch = await removeBatch(tx, part, content, { of, size, lock: attempt > 1 });
      return toEffect(tx, part, batch, of);
    });
  } catch (error) {
    const isSlow = sqlStateOf(error) === sqlStates.queryCanceled;
    if (isSlow || objectFaultOf(error) !== null) return { kind: 'faulty', isSlow };
    throw error;
  }
}

/** It is locked before it is removed, so that the one that is blamed is the one that was tried. */
async function removeOne(
  tx: Sql,
  part: ClaimedPart,
  content: GcContent,
  of: 'range' | 'errors',
): Promise<BatchEffect<GcStep>> {
  const objectId = await findNext(tx, part, content, of);
  await tx.query('savepoint removal');
  try {
    return await toEffect(tx, part, await removeBatch(tx, part, content, { of, size: 1, lock: true }), of);
  } catch (error) {
    const detail = objectFaultOf(error);
    if (detail === null || objectId === null) throw error;
    await tx.query('rollback to savepoint removal');
    await recordObjectErrors(tx, part, objectTypeOf(content), [
      { objectId, error: content.target === 'undo' ? 'objectNotWritten' : 'objectNotRemoved', detail },
    ]);
    const passed: RemovedBatch = { ...nothingRemoved, lastKey: objectId, more: true };
    const effect = await toEffect(tx, part, passed, of);
    const failed = of === 'range' ? 1 : 0;
    return {
      ...effect,
      checkpoint: { ...effect.checkpoint, failed: effect.checkpoint.failed + failed },
      result: { ...effect.result, failed },
    };
  }
}

async function toEffect(
  tx: Sql,
  part: ClaimedPart,
  batch: RemovedBatch,
  of: 'range' | 'errors',
): Promise<BatchEffect<GcStep>> {
  const { checkpoint } = part;
  const { removed, passed, awaitingOrigins, storageKeys, more } = batch;
  const next: Checkpoint = {
    ...checkpoint,
    ...(of === 'range'
      ? { cursor: (more ? batch.lastKey : null) ?? part.range.toKey, walked: !more }
      : {
          errorCursor: more ? batch.lastKey : lastKey,
          failed: checkpoint.failed - passed,
          skipped: checkpoint.skipped + passed - removed,
        }),
    batches: checkpoint.batches + 1,
    done: checkpoint.done + removed - awaitingOrigins,
    samplesRemoved: checkpoint.samplesRemoved + batch.samplesRemoved,
    samplesLeft: checkpoint.samplesLeft + batch.samplesLeft,
  };
  // Its last files are settled first: the next batch finds nothing more, and finishes.
  const finished =
    next.walked &&
    storageKeys.length === 0 &&
    !hasRemovalsToRetry({ ...part, checkpoint: next }) &&
    !(await hasPending(tx, part));
  return {
    finished,
    checkpoint: next,
    result: { removed, failed: 0, awaitingOrigins, finished, storageKeys },
  };
}

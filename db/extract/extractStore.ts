import type {
  Candidate,
  ExtractCounts,
  ExtractOutcome,
  ExtractPhase,
} from '../../domain/extract/extraction.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { Checkpoint, ClaimedPart, Committed } from '../../domain/tasks/parts.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { readCandidates } from './extractBatch.ts';
import { writeExtracted } from './extractWrites.ts';
import { commitBatch } from '../engine/commitBatch.ts';
import { objectFaultOf } from '../engine/faults.ts';
import { forgetPlannedKeys } from '../engine/plannedKeys.ts';
import { overcomeErrors, recordObjectErrors, type ObjectError } from '../engine/taskErrorStore.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';

export interface ExtractBatch {
  readonly phase: ExtractPhase;
  readonly outcomes: readonly ExtractOutcome[];
  /** The last object of the batch; null: the phase had nothing left. */
  readonly lastKey: string | null;
  readonly phaseOver: boolean;
  readonly finished: boolean;
}

/** `faulty`: some of the objects cannot be written, and `detail` says why; nothing was changed. */
export type ExtractWriting = Committed<ExtractCounts> | { readonly kind: 'faulty'; readonly detail: string };

export type ExtractStore = ReturnType<typeof createExtractStore>;

export function createExtractStore(db: Database) {
  return {
    /** The next `size` objects of a phase after `cursor`; fewer when the phase ends with them. */
    readNext: (
      part: ClaimedPart,
      content: ExtractContent,
      phase: ExtractPhase,
      cursor: string | null,
      size: number,
    ): Promise<Candidate[]> => readCandidates(db, part, content, phase, cursor, size),

    /** Writes what a batch made, its errors, result and checkpoint in one transaction. */
    commit: (part: ClaimedPart, content: ExtractContent, batch: ExtractBatch): Promise<ExtractWriting> =>
      commit(db, part, content, batch),
  };
}

async function commit(
  db: Database,
  part: ClaimedPart,
  content: ExtractContent,
  batch: ExtractBatch,
): Promise<ExtractWriting> {
  try {
    return await commitBatch(db, part, async (tx) => {
      const change = await writeOutcomes(tx, part, content, batch);
      if (batch.phase === 'range' && batch.phaseOver) await forgetPlannedKeys(tx, part);
      return {
        checkpoint: advance(part, batch, change),
        finished: batch.finished,
        result: change,
      };
    });
  } catch (error) {
    const detail = objectFaultOf(error);
    if (detail !== null) return { kind: 'faulty', detail };
    const isSlow = sqlStateOf(error) === sqlStates.queryCanceled && batch.outcomes.length > 1;
    if (isSlow) return { kind: 'faulty', detail: 'the database ended the statement' };
    throw error;
  }
}

/** How the part's counters change. An object of the errors phase was counted as failed before. */
async function writeOutcomes(
  tx: Sql,
  part: ClaimedPart,
  content: ExtractContent,
  { phase, outcomes }: ExtractBatch,
): Promise<ExtractCounts> {
  const extracted = outcomes.filter(
    (outcome) => outcome.kind === 'extracted' || outcome.kind === 'attributed',
  );
  const refusals = await writeExtracted(tx, part, content, extracted);
  const errors: ObjectError[] = outcomes.filter((outcome) => outcome.kind === 'failed');
  for (const { objectId, generation } of extracted) {
    if (refusals.get(objectId) !== 'changed') continue;
    errors.push({
      objectId,
      error: 'sampleChanged',
      detail: `the sample was replaced while generation ${generation} was being extracted`,
    });
  }
  const failedIds = new Set(errors.map(({ objectId }) => objectId));
  if (phase === 'errors') {
    const settled = outcomes.map(({ objectId }) => objectId).filter((id) => !failedIds.has(id));
    await overcomeErrors(tx, part, settled);
  }
  const objectType = content.filters.objects_type === 'faces' ? 'face' : 'event';
  await recordObjectErrors(tx, part, objectType, errors);
  const done = extracted.length - refusals.size;
  const failed = errors.length;
  return {
    done,
    failed: phase === 'range' ? failed : failed - outcomes.length,
    skipped: outcomes.length - done - failed,
  };
}

function advance(part: ClaimedPart, batch: ExtractBatch, change: ExtractCounts): Checkpoint {
  const { checkpoint } = part;
  const range = batch.phase === 'range';
  return {
    ...checkpoint,
    cursor: range
      ? batch.phaseOver
        ? part.range.toKey
        : (batch.lastKey ?? checkpoint.cursor)
      : checkpoint.cursor,
    walked: checkpoint.walked || (range && batch.phaseOver),
    errorCursor: range ? checkpoint.errorCursor : (batch.lastKey ?? checkpoint.errorCursor),
    batches: checkpoint.batches + 1,
    done: checkpoint.done + change.done,
    failed: checkpoint.failed + change.failed,
    skipped: checkpoint.skipped + change.skipped,
  };
}

import { createSampleExtraction, type SampleDeps } from '../../activities/extract/extractSample.ts';
import { forgetPlannedKeys } from '../../db/engine/plannedKeys.ts';
import { readCandidates } from '../../db/extract/extractBatch.ts';
import { writeExtracted } from '../../db/extract/extractWrites.ts';
import { removeBatch } from '../../db/gc/gcBatch.ts';
import type { Database } from '../../db/sql/connection.ts';
import { withRetries } from '../../db/sql/transientErrors.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import { nextBatchSize } from '../../domain/tasks/pace.ts';
import type { Order } from './contender.ts';
import { isCancelled, resume } from './orders.ts';

export interface JobDeps extends SampleDeps {
  readonly db: Database;
  readonly batchTargetMs: Readonly<Record<Order['kind'], number>>;
}

// As activities/gc/gcPart.ts and activities/extract/extractPart.ts have them.
const batches = {
  gc: { smallest: 100, largest: 20_000, first: 2_000 },
  extract: { smallest: 4, largest: 512, first: 16 },
};

/**
 * What a job of a queue does: batches by the statements of our own tasks, result and effect in one transaction, until
 * its part is done. It may run twice, and goes on after the last batch that was committed.
 */
export async function doJob(deps: JobDeps, order: Order): Promise<void> {
  const { first, ...bounds } = batches[order.kind];
  let part = await resume(deps.db, order);
  let size = first;
  for (;;) {
    if (await isCancelled(deps.db, order)) return;
    const started = performance.now();
    const lastKey = await doBatch(deps, order, part, size);
    if (lastKey === null) return;
    const { checkpoint } = part;
    part = { ...part, checkpoint: { ...checkpoint, cursor: lastKey, batches: checkpoint.batches + 1 } };
    const targetMs = deps.batchTargetMs[order.kind];
    size = nextBatchSize(size, performance.now() - started, { ...bounds, targetMs });
  }
}

/** Answers the last key; null: nothing is left. */
async function doBatch(deps: JobDeps, order: Order, part: ClaimedPart, size: number): Promise<string | null> {
  if (order.kind === 'extract') return extractBatch(deps, part, order, size);
  const { lastKey, more } = await withRetries((attempt) =>
    deps.db.transaction((tx) =>
      removeBatch(tx, part, order.content, { of: 'range', size, lock: attempt > 1 }),
    ),
  );
  return more ? lastKey : null;
}

async function extractBatch(
  deps: JobDeps,
  part: ClaimedPart,
  { content }: Extract<Order, { kind: 'extract' }>,
  size: number,
): Promise<string | null> {
  const candidates = await readCandidates(deps.db, part, content, 'range', part.checkpoint.cursor, size);
  const never = new AbortController().signal;
  const outcomes = await Promise.all(candidates.map(createSampleExtraction(deps, content, never, never)));
  const isLast = candidates.length < size;
  const made = outcomes.filter(({ kind }) => kind === 'extracted' || kind === 'attributed');
  await withRetries(() =>
    deps.db.transaction(async (tx) => {
      await writeExtracted(tx, part, content, made as Parameters<typeof writeExtracted>[3]);
      if (isLast) await forgetPlannedKeys(tx, part);
    }),
  );
  const failed = outcomes.find(({ kind }) => kind === 'failed');
  if (failed !== undefined) throw new Error(JSON.stringify(failed));
  return isLast ? null : (candidates.at(-1)?.objectId ?? null);
}

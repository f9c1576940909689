import assert from 'node:assert/strict';
import type { Database } from '../../../db/sql/connection.ts';
import { createExtractStore } from '../../../db/extract/extractStore.ts';
import { createPartPlan } from '../../../db/engine/partPlan.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import type { Candidate, ExtractOutcome } from '../../../domain/extract/extraction.ts';
import type { ExtractContent } from '../../../domain/extract/extractContent.ts';
import type { GcContent } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../../domain/tasks/parts.ts';
import { tester } from '../rows/rows.ts';

/** Takes a task to its end over parts of five objects without a workflow; `runBatch` answers null when a part ends. */
export async function runInBatches(
  db: Database,
  taskType: 4 | 5,
  content: GcContent | ExtractContent,
  runBatch: (part: ClaimedPart) => Promise<ClaimedPart | null>,
): Promise<number> {
  const ref = await createTaskStore(db, null).create({ taskType, content, description: null }, tester);
  const lifecycle = createTaskLifecycle(db);
  await lifecycle.load(ref);
  const plan = createPartPlan(db, { partSizes: { gc: 5, extract: 5 }, partsPerStep: 10 });
  for (const partNo of (await plan.next(ref, 0)).parts) {
    const claiming = await createPartStore(db).claim({ ref, partNo }, 'mine');
    assert.equal(claiming.kind, 'claimed');
    for (let part: ClaimedPart | null = claiming.part; part !== null;) part = await runBatch(part);
  }
  await lifecycle.finish(ref, { outcome: 'done' });
  return ref.taskId;
}

/** The same for an extract, two objects a batch, with what `make` makes of each. */
export function extractInBatches(
  db: Database,
  content: ExtractContent,
  make: (candidate: Candidate) => ExtractOutcome,
): Promise<number> {
  const store = createExtractStore(db);
  return runInBatches(db, 5, content, async (part) => {
    const found = await store.readNext(part, content, 'range', part.checkpoint.cursor, 2);
    const finished = found.length < 2;
    const lastKey = found.at(-1)?.objectId ?? null;
    const outcomes = found.map(make);
    const batch = { phase: 'range', outcomes, lastKey, phaseOver: finished, finished } as const;
    const answer = await store.commit(part, content, batch);
    assert.equal(answer.kind, 'committed');
    return finished ? null : answer.part;
  });
}

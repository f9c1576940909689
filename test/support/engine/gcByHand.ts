import assert from 'node:assert/strict';
import type { Database } from '../../../db/sql/connection.ts';
import { createTombstoneStore } from '../../../db/gc/tombstoneStore.ts';
import { createGcStore } from '../../../db/gc/gcStore.ts';
import { createPartPlan } from '../../../db/engine/partPlan.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { freezeGcContent, type GcContent, type GcRequest } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart, TaskRef } from '../../../domain/tasks/parts.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import { tester } from '../rows/rows.ts';

/** A gc without servers besides PostgreSQL: what the workflow and its activities would do, step by step. */
export function createGcByHand(db: Database) {
  const tasks = createTaskStore(db, null);
  const lifecycle = createTaskLifecycle(db);
  const gc = createGcStore(db);
  const planOf = (partSize: number) =>
    createPartPlan(db, { partSizes: { gc: partSize, extract: partSize }, partsPerStep: 3 });

  const create = async (request: GcRequest): Promise<{ ref: TaskRef; content: GcContent }> => {
    const content = freezeGcContent(request, new Date());
    const ref = await tasks.create({ taskType: taskTypes.gc, content, description: null }, tester);
    await lifecycle.load(ref);
    return { ref, content };
  };

  const claim = async (ref: TaskRef, partNo: number, name: string): Promise<ClaimedPart> => {
    const claiming = await createPartStore(db).claim({ ref, partNo }, name);
    assert.equal(claiming.kind, 'claimed');
    return claiming.part;
  };

  /** What is done with the files of a batch before the next one. */
  type Settle = (part: ClaimedPart, content: GcContent) => Promise<ClaimedPart>;
  const tombstones = createTombstoneStore(db);
  const buryFiles: Settle = async (part, content) => {
    const keys = await tombstones.listPending(part, 1_000);
    const outcomes = keys.map((storageKey) => ({ storageKey, refusal: null }));
    return (await tombstones.settle(part, content, outcomes)).part;
  };

  const runPart = async (
    ref: TaskRef,
    content: GcContent,
    partNo: number,
    batch: number,
    settle = buryFiles,
  ): Promise<void> => {
    let part = await claim(ref, partNo, 'mine');
    if (part.isWhole) {
      const emptied = await gc.emptyWhole(part, content);
      assert.equal(emptied.kind, 'committed');
      if (emptied.result.kind === 'emptied' && emptied.result.files === 0) return;
      part = await settle(emptied.part, content);
    }
    for (;;) {
      const answer = await gc.removeNext(part, content, batch);
      assert.equal(answer.kind, 'committed');
      if (answer.result.finished) return;
      part = await settle(answer.part, content);
    }
  };

  const runParts = async (
    ref: TaskRef,
    content: GcContent,
    { partSize, batch, settle }: { partSize: number; batch: number; settle: Settle },
  ): Promise<void> => {
    const plan = planOf(partSize);
    for (let after = 0, planned = false; !planned;) {
      const step = await plan.next(ref, after);
      for (const partNo of step.parts) await runPart(ref, content, partNo, batch, settle);
      after = step.parts.at(-1) ?? after;
      planned = step.planned;
    }
    await lifecycle.finish(ref, { outcome: 'done' });
  };

  return {
    tasks,
    lifecycle,
    gc,
    planOf,
    create,
    claim,
    runPart,

    /** A whole task, one part after another, each batch of `batch` objects. */
    run: async (request: GcRequest, partSize = 5, batch = 2): Promise<TaskRef> => {
      const { ref, content } = await create(request);
      await runParts(ref, content, { partSize, batch, settle: buryFiles });
      return ref;
    },

    /** One that somebody else has made. */
    runCreated: async (ref: TaskRef, settle = buryFiles, batch = 2): Promise<void> => {
      await lifecycle.load(ref);
      const [row] = await db.query<{ content: GcContent }>('select content from tasks where task_id = $1', [
        ref.taskId,
      ]);
      await runParts(ref, row?.content ?? assert.fail(), { partSize: 5, batch, settle });
    },

    idsIn: async (table: string, column = 'face_id'): Promise<Set<string>> => {
      const rows = await db.query<{ id: string }>(`select distinct ${column} as id from ${table}`);
      return new Set(rows.map(({ id }) => id));
    },

    taskRow: async (ref: TaskRef): Promise<Record<string, unknown>> => {
      const [row] = await db.query<Record<string, unknown>>('select * from tasks where task_id = $1', [
        ref.taskId,
      ]);
      return row ?? assert.fail('the task is gone');
    },
  };
}

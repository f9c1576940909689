import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createTask } from '../../../db/tasks/createTask.ts';
import { createPartPlan } from '../../../db/engine/partPlan.ts';
import { commitBatch } from '../../../db/engine/commitBatch.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import type { Sql } from '../../../db/sql/connection.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import type { GcContent } from '../../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { buildFace, insertFaces, tester } from '../../support/rows/rows.ts';
import { waitFor } from '../../support/waitFor.ts';

const { db } = await openTestDatabase(6);

before(async () => {
  await insertFaces(
    db,
    Array.from({ length: 20 }, () => buildFace()),
  );
});

const content: GcContent = {
  ...{ target: 'faces', filters: {}, confirm_all: true },
  ...{ remove_samples: false, remove_image_origins: false, store_results: true },
};

/** A task with one claimed part, and the parts of its store. */
async function claimPart() {
  const tasks = createTaskStore(db, null);
  const lifecycle = createTaskLifecycle(db);
  const ref = await tasks.create({ taskType: 4, content, description: null }, tester);
  await lifecycle.load(ref);
  const plan = createPartPlan(db, { partSizes: { gc: 10, extract: 10 }, partsPerStep: 1 });
  await plan.next(ref, 0);
  const claiming = await createPartStore(db).claim({ ref, partNo: 1 }, 'mine');
  assert.equal(claiming.kind, 'claimed');
  return { ref, part: claiming.part, plan, lifecycle, tasks };
}

/** Stores one id for a part, and does so only when what `meanwhile` starts has come to wait for a lock. */
async function storeWhile(tx: Sql, { task, partNo }: ClaimedPart, meanwhile: () => void): Promise<void> {
  meanwhile();
  await waitFor('the other transaction to wait', async () => {
    const [row] = await db.query<{ waiting: number }>(
      `select count(*) as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.waiting === 1;
  });
  await tx.query(`set local lock_timeout = '500ms'`);
  await tx.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids) values ($1, $2, 1, 1, array[gen_random_uuid()])`,
    [task.taskId, partNo],
  );
}

test('the end of a task waits for the batch that is being committed, and counts it', async () => {
  const { ref, part, lifecycle } = await claimPart();
  let finishing: Promise<unknown> | undefined;
  const answer = await commitBatch(db, part, async (tx) => {
    await storeWhile(tx, part, () => {
      finishing ??= lifecycle.finish(ref, { outcome: 'cancelled' });
    });
    return { checkpoint: { ...part.checkpoint, batches: 1, done: 1 }, finished: false, result: null };
  });
  assert.equal(answer.kind, 'committed', 'the batch came first and must not be thrown away');
  await finishing;
  const [task] = await db.query<{ state: string; done: number }>(
    'select state, objects_done as done from tasks where task_id = $1',
    [ref.taskId],
  );
  assert.deepEqual(task, { state: 'cancelled', done: 1 });
});

test('a batch stores its result while the next parts are being planned', async () => {
  const { ref, part, plan } = await claimPart();
  let planning: Promise<unknown> | undefined;
  await db.transaction(async (other) => {
    // The planner stops at its first new part, holding whatever it holds of the task.
    await other.query('lock table subtasks in share row exclusive mode');
    await db.transaction((tx) =>
      storeWhile(tx, part, () => {
        planning = plan.next(ref, 1);
        planning.catch(() => undefined);
      }),
    );
  });
  assert.deepEqual(await planning, { parts: [2], planned: false });
});

test('a cancel that was accepted is kept, also when it came too late to stop anything', async () => {
  const { ref, lifecycle, tasks } = await claimPart();
  await tasks.control(ref.taskId, 'cancel', tester);
  await lifecycle.finish(ref, { outcome: 'done' });
  const [task] = await db.query<{ state: string; result: string | null }>(
    'select state, result_id as result from tasks where task_id = $1',
    [ref.taskId],
  );
  assert.deepEqual(task, { state: 'cancelled', result: null });
});

test('the failure of a task is told once, with who made it, and no other end', async () => {
  const told: object[] = [];
  const lifecycle = createTaskLifecycle(db, { onTaskFailed: (failed) => void told.push(failed) });
  const failure = { error: 'partFailed', detail: 'the disk is full' } as const;
  const end = async (
    outcome: 'failed' | 'done',
    schedule?: { scheduleId: number; scheduledTime: string },
  ) => {
    const order = { taskType: 4, content, description: null, ...(schedule && { schedule }) } as const;
    const ref = await db.transaction((tx) => createTask(tx, order, tester, null));
    const last = outcome === 'failed' ? ({ outcome, failure } as const) : ({ outcome } as const);
    await lifecycle.finish(ref, last);
    await lifecycle.finish(ref, last);
    return ref.taskId;
  };
  const byAdmin = await end('failed');
  await end('done', { scheduleId: 1, scheduledTime: '2026-05-04T03:00:00Z' });
  const bySchedule = await end('failed', { scheduleId: 1, scheduledTime: '2026-05-04T04:00:00Z' });
  assert.deepEqual(told, [
    { taskId: byAdmin, kind: 'gc', isScheduled: false },
    { taskId: bySchedule, kind: 'gc', isScheduled: true },
  ]);
});

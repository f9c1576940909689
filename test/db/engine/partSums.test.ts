import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabase } from '../../../db/sql/connection.ts';
import { createHistoryStore } from '../../../db/tasks/historyStore.ts';
import { commitBatch } from '../../../db/engine/commitBatch.ts';
import { createPartStore } from '../../../db/engine/partStore.ts';
import { createPartSums } from '../../../db/engine/partSums.ts';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTaskQueries } from '../../../db/tasks/taskQueries.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import type { ClaimedPart } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';

// One connection: its own counters say what a piece of work has read.
const { db, url } = await openTestDatabase(1);

const queries = createTaskQueries(db);
const books = createTaskLifecycle(db);
const sums = createPartSums(db);
const content = { target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: false };

interface Parts {
  readonly done: number;
  readonly waiting: number;
}

/** A task at work, whose clock stands at 100 s, with parts of ten objects; of each that is done one has failed. */
async function insertTask({ done, waiting }: Parts): Promise<number> {
  const [task] = await db.query<{ task_id: number }>(
    `insert into tasks (task_type, state, content, plan_done, parts_all, objects_expected, running_ms)
     values (4, 'running', $1, true, $2, 10 * $2, 100000) returning task_id`,
    [JSON.stringify(content), done + waiting],
  );
  const taskId = task?.task_id ?? 0;
  await db.query(
    `insert into subtasks (task_id, part_no, to_key, expected, state, attempt, done, failed, skipped, samples_removed,
       recent, recent_at_ms)
     select $1, n, gen_random_uuid(), 10, case when d then 'done' else 'pending' end, d::integer,
       case when d then 7 else 0 end, d::integer, case when d then 2 else 0 end, 3 * d::integer, 10 * d::integer, 1000 * n
     from generate_series(1, $2::integer + $3::integer) n, lateral (select n <= $2 d) x`,
    [taskId, done, waiting],
  );
  return taskId;
}

async function claim(taskId: number, partNo: number, generation = 1): Promise<ClaimedPart> {
  const claiming = await createPartStore(db).claim(
    { ref: { taskId, generation }, partNo },
    `claim ${partNo}`,
  );
  assert.ok(claiming.kind === 'claimed');
  return claiming.part;
}

/** The last batch of a part, with so many objects done in all. */
async function end(part: ClaimedPart, done: number): Promise<void> {
  const checkpoint = { ...part.checkpoint, done, failed: 0, skipped: 0 };
  const answer = await commitBatch(db, part, () =>
    Promise.resolve({ checkpoint, finished: true, result: null }),
  );
  assert.equal(answer.kind, 'committed');
}

/** As many rounds as it takes; answers how many parts they added. */
async function foldAll(): Promise<number> {
  let all = 0;
  for (let folded = await sums.fold(); folded > 0; folded = await sums.fold()) all += folded;
  return all;
}

async function look(taskId: number) {
  const task = await queries.find(taskId);
  assert.ok(task !== null);
  return task;
}

/** Rows of parts that `work` reads, as PostgreSQL counts them. */
async function partsReadBy(work: () => Promise<unknown>): Promise<number> {
  const readSoFar = async (): Promise<number> => {
    await db.query('select pg_stat_force_next_flush()');
    const [row] = await db.query<{ reads: number }>(
      `select (seq_tup_read + idx_tup_fetch)::bigint reads from pg_stat_user_tables where relname = 'subtasks'`,
    );
    return row?.reads ?? 0;
  };
  const before = await readSoFar();
  await work();
  return (await readSoFar()) - before;
}

test('a look at a task, its samples and its error budget read the parts under way, however many are done or wait', async () => {
  const ended = await insertTask({ done: 3_000, waiting: 0 });
  await db.query(`update tasks set state = 'done', end_time = now() where task_id = $1`, [ended]);
  const taskId = await insertTask({ done: 20_000, waiting: 5_000 });
  await db.query('analyze subtasks');
  const running = await claim(taskId, 20_001);
  const before = await look(taskId);
  const budget = await books.sums(taskId);
  assert.equal(await foldAll(), 20_000);
  assert.deepEqual(await look(taskId), before, 'nobody notices');
  assert.deepEqual(await books.sums(taskId), budget);

  const looks = {
    task: () => queries.find(taskId),
    list: () => queries.page({}, { page: 1, pageSize: 10 }),
    samples: () => createHistoryStore(db).sample(),
    budget: () => books.sums(taskId),
    orders: () => createPartStore(db).readControl({ taskId, generation: 1 }),
    batch: () => end(running, 10),
    fold: () => sums.fold(),
  };
  for (const [what, work] of Object.entries(looks)) {
    const reads = await partsReadBy(work);
    assert.ok(reads < 20, `${what}: ${reads} parts read`);
  }
  const { partsAll, partsDone, objectsExpected, objectsDone, objectsFailed, objectsSkipped, samplesRemoved } =
    await look(taskId);
  assert.deepEqual(
    [partsAll, partsDone, objectsExpected, objectsDone, objectsFailed, objectsSkipped, samplesRemoved],
    [25_000, 20_001, 250_000, 140_010, 20_000, 40_000, 60_000],
  );
});

test('the rate fades on when the parts that made it are in the sums, in however many steps they came there', async () => {
  const taskId = await insertTask({ done: 90, waiting: 40 });
  const { recentObjects } = await look(taskId);
  assert.ok(recentObjects > 200, `${recentObjects}`);
  assert.equal(await foldAll(), 90);
  for (let partNo = 91; partNo <= 130; partNo++) await end(await claim(taskId, partNo), 10);
  const atOnce = await look(taskId);
  assert.ok(Math.abs(atOnce.recentObjects - recentObjects - 400) < 1e-6, `${atOnce.recentObjects}`);
  await db.query('update tasks set running_ms = 130000 where task_id = $1', [taskId]);
  assert.equal(await foldAll(), 40);
  const later = await look(taskId);
  assert.ok(Math.abs(later.recentObjects * Math.E - atOnce.recentObjects) < 1e-6, `${later.recentObjects}`);
});

test('objects beyond those that were planned are expected as soon as they are found, and once, also after a retry', async () => {
  const taskId = await insertTask({ done: 40, waiting: 2 });
  await end(await claim(taskId, 41), 25);
  assert.equal((await look(taskId)).objectsExpected, 435);
  await foldAll();
  await end(await claim(taskId, 42), 11);
  assert.equal((await look(taskId)).objectsExpected, 436);
  await books.finish({ taskId, generation: 1 }, { outcome: 'cancelled' });
  assert.equal((await look(taskId)).objectsExpected, 436);
  await createTaskStore(db, null).retry(taskId, 'unfinished', tester);
  assert.equal((await look(taskId)).objectsExpected, 436);
});

test('a retry takes the parts that it opens again out of the sums, and the budget leaves them out until they are done', async () => {
  const taskId = await insertTask({ done: 50, waiting: 0 });
  await foldAll();
  await db.query(
    `insert into task_errors (task_id, part_no, task_type, error_code, "desc", detail, object_type, object_id)
     select $1, n, 4, 28101, '', '', 'face', gen_random_uuid() from generate_series(1, 3) n`,
    [taskId],
  );
  await books.finish({ taskId, generation: 1 }, { outcome: 'cancelled' });
  await createTaskStore(db, null).retry(taskId, 'failed', tester);
  const ref = { taskId, generation: 2 };
  await books.load(ref);
  const { partsDone, objectsDone, objectsFailed, samplesRemoved } = await look(taskId);
  assert.deepEqual([partsDone, objectsDone, objectsFailed, samplesRemoved], [47, 350, 50, 150]);
  assert.deepEqual(await books.sums(taskId), { done: 329, failed: 47, skipped: 94 });
  for (const partNo of [1, 2, 3]) await end(await claim(taskId, partNo, 2), 10);
  assert.deepEqual(await books.sums(taskId), { done: 359, failed: 47, skipped: 94 });
  const before = await look(taskId);
  await books.finish(ref, { outcome: 'cancelled' });
  const { objectsDone: done, objectsFailed: failed, partsDone: parts } = await look(taskId);
  assert.deepEqual([done, failed, parts], [before.objectsDone, before.objectsFailed, before.partsDone]);
});

test('a part that somebody holds stays out of the sums until the next time, and nobody waits for it', async () => {
  const taskId = await insertTask({ done: 50, waiting: 0 });
  const other = createDatabase({ url, applicationName: 'other', maxConnections: 1 });
  try {
    await other.transaction(async (tx) => {
      await tx.query('select from subtasks where task_id = $1 and part_no < 6 for update', [taskId]);
      assert.equal(await foldAll(), 45);
    });
  } finally {
    await other.close();
  }
  assert.equal((await look(taskId)).partsDone, 50);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistoryStore } from '../../../db/tasks/historyStore.ts';
import { createHomeQueries } from '../../../db/ops/homeQueries.ts';
import { createTaskPageQueries } from '../../../db/tasks/taskPageQueries.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { createGcByHand } from '../../support/engine/gcByHand.ts';
import { buildFace, insertFaces } from '../../support/rows/rows.ts';
import { insertError, insertTask } from '../../pages/taskRows.ts';

const { db } = await openTestDatabase(2);

/** As if so many seconds had passed since the last sample. */
async function pass(taskId: number, seconds: number): Promise<void> {
  await db.query(
    `update task_samples set sample_time = sample_time - $2 * interval '1 second' where task_id = $1`,
    [taskId, seconds],
  );
}
const setDone = (taskId: number, done: number) =>
  db.query('update subtasks set done = $2 where task_id = $1 and part_no = 2', [taskId, done]);
const ratesOf = async (taskId: number) =>
  (await createTaskPageQueries(db).rates(taskId, 200)).map(({ rate }) => Math.round(rate));
const activity = async () =>
  (await createHomeQueries(db).activity(new Date(Date.now() - 3_600_000), 600)).reduce<
    Record<string, number>
  >((sums, { taskType, errorCode, items }) => {
    const key = `${taskType} ${errorCode}`;
    return { ...sums, [key]: (sums[key] ?? 0) + items };
  }, {});

test('a task that runs leaves its rate behind, each object is counted in one minute, and so are errors', async () => {
  const history = createHistoryStore(db);
  const taskId = await insertTask(db, { done: 400 });
  await history.sample();
  assert.deepEqual(await ratesOf(taskId), [40], 'from the beginning of its clock, 10 s ago');
  await history.sample();
  assert.deepEqual(await ratesOf(taskId), [40], 'nothing is due yet');

  await pass(taskId, 5);
  await setDone(taskId, 500);
  await insertError(db, taskId, 'no such file');
  await history.sample();
  await history.sample();
  const [first, second = NaN, ...more] = await ratesOf(taskId);
  assert.deepEqual([first, more], [40, []]);
  assert.ok(second > 50 && second <= 100, `500 objects in 5 s and little more, not ${second} a second`);
  assert.deepEqual(await activity(), { '5 0': 900, '5 28100': 1 });

  await setDone(taskId, 520);
  await db.query(
    `update tasks set state = 'done', end_time = now() + interval '1 second', objects_done = 920 where task_id = $1`,
    [taskId],
  );
  await history.sample();
  await history.sample();
  assert.equal((await ratesOf(taskId)).length, 3, 'the end is sampled however soon it comes');
  assert.deepEqual(await activity(), { '5 0': 920, '5 28100': 1 });

  await db.query('delete from tasks where task_id = $1', [taskId]);
  assert.deepEqual(await ratesOf(taskId), []);
});

test("an old task is sampled once a minute, and what it did unseen is nobody's minute", async () => {
  const history = createHistoryStore(db);
  const before = await activity();
  const taskId = await insertTask(db, { done: 400 });
  await db.query('update tasks set running_ms = 36000000 where task_id = $1', [taskId]);
  await history.sample();
  await setDone(taskId, 500);
  await pass(taskId, 30);
  await history.sample();
  assert.equal((await ratesOf(taskId)).length, 1);
  await pass(taskId, 31);
  await history.sample();
  assert.equal((await ratesOf(taskId)).length, 2);
  assert.equal((await activity())['5 0'], (before['5 0'] ?? 0) + 500);
});

test("a task's log keeps the states that it came to and which part lost its worker, and goes with the task", async () => {
  const byHand = createGcByHand(db);
  const queries = createTaskPageQueries(db);
  await insertFaces(db, [buildFace({ externalId: 'logged' })]);
  const { ref } = await byHand.create({ target: 'faces', filters: { external_ids: ['logged'] } });
  await byHand.planOf(5).next(ref, 0);
  await byHand.claim(ref, 1, 'killed');
  await byHand.claim(ref, 1, 'mine');
  await byHand.lifecycle.finish(ref, { outcome: 'cancelled' });
  const log = await queries.log(ref.taskId, 10);
  assert.deepEqual(
    log.map((line) => line.state ?? [line.partNo, line.attempt]),
    ['cancelled', [1, 1], 'running', 'planning'],
  );
  assert.deepEqual(await queries.startTime(ref.taskId), log.at(-1)?.time);
  await db.query('delete from tasks where task_id = $1', [ref.taskId]);
  assert.deepEqual(await queries.log(ref.taskId, 10), []);
});

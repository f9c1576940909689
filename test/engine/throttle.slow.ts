import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startEngine, twoGcWorkers, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';

const measuredSeconds = 30;

let engine: Engine;
before(async () => {
  engine = await startEngine({ workers: twoGcWorkers, env: { PART_SIZE_GC: '400' } });
});
after(() => engine.stop());

/** Objects a second, over so many seconds from now. */
async function measureRate(taskId: number, seconds: number): Promise<number> {
  const first = { at: performance.now(), objects: await engine.progressOf(taskId) };
  await wait(seconds * 1_000);
  const objects = (await engine.progressOf(taskId)) - first.objects;
  return objects / ((performance.now() - first.at) / 1_000);
}

// So slow that each part has only a few objects to remove a second, which any machine can do. That hundreds a second are
// held as closely is for `domain/tasks/pace.ts`.
test('a rate that is set while a task runs is held by all its parts together', async (t) => {
  const { accountId } = await engine.addFaces({ count: 12_000 });
  await engine.snapshot();
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 5);
  await waitFor('the task to begin', async () => (await engine.progressOf(taskId)) > 0);
  await engine.tasks().throttle(taskId, 20, tester);
  await wait(2_000);
  const rate = await measureRate(taskId, measuredSeconds);
  t.diagnostic(`${rate.toFixed(1)} objects/s of 20`);
  // If each part had the whole rate, there would be 80; if each had a quarter of its share, five.
  assert.ok(rate >= 12 && rate <= 24, `${rate} objects/s`);
  await engine.tasks().throttle(taskId, null, tester);
  assert.equal((await engine.ended(taskId)).state, 'done');
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('a task whose parts have to wait for minutes until their turn pauses at once, and can be cancelled then', async (t) => {
  const { accountId } = await engine.addFaces({ count: 8_000 });
  const ref = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 400);
  await waitFor('four parts to be under way', async () => (await partsAtRest(ref.taskId, 0)) === 4);
  // What a part does in a second at the first rate is its share of seven minutes at this one.
  await engine.tasks().throttle(ref.taskId, 1, tester);
  await waitFor('all of them to have seen that', async () => (await partsAtRest(ref.taskId, 5)) === 4);
  const started = performance.now();
  await engine.tasks().control(ref.taskId, 'pause', tester);
  await waitFor('the task to pause', async () => (await engine.readTask(ref.taskId)).state === 'paused');
  t.diagnostic(`paused after ${((performance.now() - started) / 1_000).toFixed(2)} s, without a signal`);
  await engine.tasks().control(ref.taskId, 'cancel', tester);
  await engine.gateway().controlTask(ref);
  assert.equal((await engine.ended(ref.taskId)).state, 'cancelled');
});

test('tasks that are held back by a rate do not hold up others, however many they are', async () => {
  // With four parts each they would fill the slots of both workers.
  const held: number[] = [];
  for (let n = 0; n < 4; n++) {
    const { accountId } = await engine.addFaces({ count: 2_000 });
    const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 1);
    held.push(taskId);
  }
  await waitFor('all their parts to run', async () => (await runningParts(held)) === 16);
  const { accountId } = await engine.addFaces({ count: 2_000 });
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
  // Behind them it would wait for half an hour.
  assert.equal((await engine.ended(taskId)).state, 'done');
  assert.equal(await runningParts(held), 16);
  for (const heldId of held) await engine.tasks().throttle(heldId, null, tester);
  for (const heldId of held) assert.equal((await engine.ended(heldId)).state, 'done');
});

/** Parts that run and have committed a batch, the last one so many seconds ago. */
async function partsAtRest(taskId: number, seconds: number): Promise<number> {
  const [row] = await engine.db().query<{ count: number }>(
    `select count(*) from subtasks where task_id = $1 and state = 'running' and batches > 0
       and checkpoint_time <= now() - $2 * interval '1 second'`,
    [taskId, seconds],
  );
  return Number(row?.count);
}

async function runningParts(taskIds: readonly number[]): Promise<number> {
  const [row] = await engine
    .db()
    .query<{ count: string }>(`select count(*) from subtasks where task_id = any($1) and state = 'running'`, [
      taskIds,
    ]);
  return Number(row?.count);
}

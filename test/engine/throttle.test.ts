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

test('a rate that is set while a task runs is held within 10 % by all its parts together', async (t) => {
  const { accountId } = await engine.addFaces({ count: 12_000 });
  await engine.snapshot();
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 10);
  await waitFor('the task to begin', async () => (await engine.progressOf(taskId)) > 0, { limitMs: 30_000 });
  await engine.tasks().throttle(taskId, 100, tester);
  await wait(2_000);
  const rate = await measureRate(taskId, measuredSeconds);
  t.diagnostic(`${rate.toFixed(1)} objects/s of 100`);
  assert.ok(rate >= 90 && rate <= 110, `${rate} objects/s`);
  await engine.tasks().throttle(taskId, null, tester);
  assert.equal((await engine.ended(taskId, 60_000)).state, 'done');
  assert.deepEqual(await engine.audit([taskId]), []);
});

test('a task whose parts wait for their turn pauses within 2 s, and can be cancelled then', async (t) => {
  const { accountId } = await engine.addFaces({ count: 2_000 });
  const ref = await engine.startGc({ target: 'faces', filters: { account_id: accountId } }, 1);
  await waitFor('the task to begin', async () => (await engine.progressOf(ref.taskId)) > 2, {
    limitMs: 30_000,
  });
  const started = performance.now();
  await engine.tasks().control(ref.taskId, 'pause', tester);
  await waitFor('the task to pause', async () => (await engine.readTask(ref.taskId)).state === 'paused');
  const seconds = (performance.now() - started) / 1_000;
  t.diagnostic(`paused after ${seconds.toFixed(2)} s, without a signal`);
  assert.ok(seconds <= 2, `paused after ${seconds} s`);
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
  await waitFor('all their parts to run', async () => (await runningParts(held)) === 16, { limitMs: 30_000 });
  const { accountId } = await engine.addFaces({ count: 2_000 });
  const { taskId } = await engine.startGc({ target: 'faces', filters: { account_id: accountId } });
  // Behind them it would wait for half an hour.
  assert.equal((await engine.ended(taskId)).state, 'done');
  assert.equal(await runningParts(held), 16);
  for (const heldId of held) await engine.tasks().throttle(heldId, null, tester);
  for (const heldId of held) assert.equal((await engine.ended(heldId)).state, 'done');
});

async function runningParts(taskIds: readonly number[]): Promise<number> {
  const [row] = await engine
    .db()
    .query<{ count: string }>(`select count(*) from subtasks where task_id = any($1) and state = 'running'`, [
      taskIds,
    ]);
  return Number(row?.count);
}

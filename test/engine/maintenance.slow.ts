import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basic } from '../support/rows/basic.ts';
import { tester } from '../support/rows/rows.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { assertNothingLost, assertRunning, startBoth } from '../support/engine/gcAndExtract.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

const password = 'a password of the tests';
let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({
    ...{ workers: twoWorkers, ownServers: true },
    env: { PART_SIZE_GC: '1000', PART_SIZE_EXTRACT: '20', ADMIN_PASSWORD: password },
  });
});

after(() => engine.stop());

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const { apiUrl, config } = engine.running();
  const answer = await waitFor('the API to answer', () =>
    fetch(`${apiUrl}/4${path}`, {
      method,
      headers: { ...basic(config.adminLogin, password), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => false as const),
  );
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (await answer.json()) as Record<string, unknown>;
}

const stateOf = async (taskId: number) => (await engine.readTask(taskId)).state;

const standStill = (taskIds: readonly number[]): Promise<unknown> =>
  Promise.all(
    taskIds.map((taskId) =>
      waitFor(`task ${taskId} to be paused`, async () => (await stateOf(taskId)) === 'paused'),
    ),
  );

/** The switch is committed, and the API is killed before one task has followed it. */
async function switchAndDie(active: boolean, taskIds: readonly number[]): Promise<void> {
  await engine.withClient(async (client) => {
    await client.query('begin');
    await client.query('select from tasks where task_id = any($1) for no key update', [taskIds]);
    await call('PUT', '/maintenance', { active, note: 'new disks' });
    engine.running().kill('api', 'SIGKILL');
    await client.query('rollback');
  });
}

test('a gc and an extract are paused in their middle by a maintenance whose API dies, and finish after another one', async () => {
  const [{ accountId }, { accountId: other }] = [
    await engine.addFaces({ count: 300 }),
    await engine.addFaces({ count: 20 }),
  ];
  const both = await startBoth(engine, warps);
  const gc = { target: 'faces' as const, filters: { account_id: accountId } };
  const own = await engine.startGc(gc, 1);
  await waitFor('the third task to be under way', async () => (await engine.progressOf(own.taskId)) > 0);
  await engine.tasks().control(own.taskId, 'pause', tester);
  await assertRunning(engine, both.taskIds);

  await switchAndDie(true, both.taskIds);
  await standStill(both.taskIds);
  const { active, paused_tasks, note } = await call('GET', '/maintenance');
  assert.deepEqual([active, paused_tasks, note], [true, 2, 'new disks']);

  const content = { target: 'faces', filters: { account_id: other } };
  const { task_id: later } = await call('POST', '/tasks/gc', { content });
  const task = await call('GET', `/tasks/${Number(later)}`);
  assert.deepEqual([task['state'], task['held_by_maintenance']], ['pending', true]);
  await call('PATCH', `/tasks/${Number(later)}`, { action: 'resume' });
  assert.equal((await engine.ended(Number(later))).state, 'done', 'a single one is resumed by hand');
  for (const taskId of both.taskIds) assert.equal(await stateOf(taskId), 'paused', 'the others are not');

  await switchAndDie(false, both.taskIds);
  await engine.db().query('update tasks set objects_per_second = null');
  for (const taskId of both.taskIds) assert.equal((await engine.ended(taskId)).state, 'done');
  assert.equal(await stateOf(own.taskId), 'paused', 'an admin has paused it');
  await call('PATCH', `/tasks/${own.taskId}`, { action: 'resume' });
  await assertNothingLost(engine, { ...both, taskIds: [...both.taskIds, own.taskId, Number(later)] });
});

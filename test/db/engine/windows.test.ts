import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { createWindows } from '../../../db/engine/windows.ts';
import { createWorkerStore } from '../../../db/ops/workerStore.ts';
import { openTestDatabase } from '../../support/servers/database.ts';

const { db } = await openTestDatabase(2);

const workers = createWorkerStore(db);
const windows = createWindows(db);
const settingOfAsker = 5;

beforeEach(async () => {
  await db.query('delete from workers');
  await db.query('delete from tasks');
});

async function addWorkers(count: number, slots: number, queues = ['extract']): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) await workers.beat(id, queues, '5.2.7', queues.includes('extract') ? slots : null);
  return ids;
}

async function addExtract(columns: Readonly<Record<string, unknown>> = {}) {
  const row = {
    task_type: 5,
    state: 'running',
    content: '{}',
    plan_done: true,
    parts_all: 1_000,
    ...columns,
  };
  const names = Object.keys(row);
  const [task] = await db.query<{ task_id: number }>(
    `insert into tasks (${names.join()}) values (${names.map((_, index) => `$${index + 1}`).join()}) returning task_id`,
    Object.values(row),
  );
  return { taskId: task?.task_id ?? 0, generation: 1 };
}

const tell = (ref: { taskId: number; generation: number }) => windows.tell(ref, settingOfAsker);

test('the window of an extract is what the workers that are there can work on, whoever asks', async () => {
  const ref = await addExtract();
  assert.equal(await tell(ref), settingOfAsker, 'nobody is there');
  const [one = ''] = await addWorkers(20, 5);
  await addWorkers(3, 0, ['orchestrate', 'gc']);
  assert.equal(await tell(ref), 100);
  await workers.leave(one);
  const [silent = ''] = await addWorkers(1, 5);
  await db.query(`update workers set beat_time = now() - interval '7 seconds' where worker_id = $1`, [
    silent,
  ]);
  assert.equal(await tell(ref), 95);
});

test('workers of the release before, which do not say what they can do, count with the least that any has', async () => {
  const ref = await addExtract();
  await addWorkers(2, 5);
  await db.query(`insert into workers (worker_id, queues, version) values ($1, '{gc,extract}', '5.2.6')`, [
    randomUUID(),
  ]);
  assert.equal(await tell(ref), 13);
});

test('a window is bounded, and a task with a rate takes no more parts than keep it', async () => {
  await addWorkers(200, 18);
  assert.equal(await tell(await addExtract()), 500);
  assert.equal(await tell(await addExtract({ objects_per_second: 20 })), 20);
  assert.equal(await tell(await addExtract({ objects_per_second: 1 })), 4);
});

test('extracts are told when their window has grown or shrunk by half, unless it makes no difference to them', async () => {
  await addWorkers(4, 5);
  const follows = await addExtract();
  const small = await addExtract({ parts_all: 20 });
  const planning = await addExtract({ state: 'planning', plan_done: false, parts_all: 0 });
  const others = [
    await addExtract({ window_size: 2 }),
    await addExtract({ desired_state: 'pause' }),
    await addExtract({ state: 'paused', desired_state: 'pause' }),
    await addExtract({ task_type: 4 }),
  ];
  for (const ref of [follows, small, planning, ...others]) await tell(ref);
  const neverTold = await addExtract();
  assert.deepEqual(await windows.outgrown(), []);

  const [first = '', second = '', third = ''] = await addWorkers(3, 5);
  assert.deepEqual(await windows.outgrown(), [follows, planning]);
  for (const ref of [follows, planning]) await tell(ref);
  assert.deepEqual(await windows.outgrown(), []);

  for (const id of [first, second, third]) await workers.leave(id);
  assert.deepEqual(await windows.outgrown(), [], 'a worker that is restarted disturbs nobody');
  await db.query('delete from workers');
  assert.deepEqual(await windows.outgrown(), [], 'nor do all of them');
  await addWorkers(3, 5);
  assert.deepEqual(await windows.outgrown(), [follows, planning]);

  await db.query('update tasks set objects_per_second = 1, told_window = 15 where task_id = $1', [
    follows.taskId,
  ]);
  assert.deepEqual(await windows.outgrown(), [follows, planning], 'a rate makes the window another one too');
  assert.equal(await tell(neverTold), 15);
});

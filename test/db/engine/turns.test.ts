import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTaskQueries } from '../../../db/tasks/taskQueries.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import { createTurns } from '../../../db/engine/turns.ts';
import type { TaskRef } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(4);
const tasks = createTaskStore(db, null);
const books = createTaskLifecycle(db);
const content = {
  target: 'face_descriptors',
  filters: { descriptor_version: 1 },
  store_results: false,
} as const;

afterEach(() => db.query('truncate tasks cascade'));

const create = (priority = 3): Promise<TaskRef> =>
  tasks.create({ taskType: 4, content, description: null, priority }, tester);

const admit = async (tasksAtOnce: number, startsAtOnce = 1_000): Promise<number[]> =>
  (await createTurns(db, { tasksAtOnce, startsAtOnce }).admit(20))
    .map(({ taskId }) => taskId)
    .sort((a, b) => a - b);

const before = async (taskId: number): Promise<number | null | undefined> =>
  (await createTaskQueries(db).find(taskId))?.tasksBefore;

test('tasks take turns by priority, then by age, and each knows how many are before it', async () => {
  const [first, second, last, urgent] = [await create(), await create(), await create(5), await create(1)];
  const places = await Promise.all([urgent, first, second, last].map(({ taskId }) => before(taskId)));
  assert.deepEqual(places, [0, 1, 2, 3]);
  assert.deepEqual(await admit(2), [first.taskId, urgent.taskId]);
  assert.deepEqual(await admit(2), []);
  assert.deepEqual([await before(urgent.taskId), await before(second.taskId)], [null, 0]);
  await books.load(urgent);
  await books.finish(urgent, { outcome: 'cancelled' });
  assert.deepEqual(await admit(2), [second.taskId]);
});

test('tasks that are at work for long keep no urgent one waiting, and urgent ones keep others', async () => {
  for (let n = 0; n < 3; n++) await create();
  assert.equal((await admit(2)).length, 2);
  const urgent = [await create(1), await create(2), await create(1)];
  assert.deepEqual(await admit(2), [urgent[0]?.taskId, urgent[2]?.taskId]);
  assert.deepEqual(await admit(2), []);
});

test('a paused task gives its place to another, and has it again when it goes on', async () => {
  const [long, next] = [await create(), await create()];
  assert.deepEqual(await admit(1), [long.taskId]);
  await books.load(long);
  await tasks.control(long.taskId, 'pause', tester);
  assert.deepEqual(await admit(1), [], 'its batches have not stopped yet');
  await books.pause(long);
  assert.deepEqual(await admit(1), [next.taskId]);
  assert.equal((await tasks.control(long.taskId, 'resume', tester)).state, 'paused');
  assert.equal((await books.load(long)).desired, 'run');
});

test('a task that is paused before its turn waits for it again when it is resumed', async () => {
  const [first, second, third] = [await create(), await create(), await create()];
  assert.deepEqual(await admit(1), [first.taskId]);
  await tasks.control(second.taskId, 'pause', tester);
  assert.deepEqual([await before(second.taskId), await before(third.taskId)], [null, 0]);
  assert.equal((await tasks.control(second.taskId, 'resume', tester)).state, 'pending');
  assert.deepEqual([await before(second.taskId), await before(third.taskId)], [0, 1]);
});

test('a task that is cancelled before its turn has ended, and a retry waits for another one', async () => {
  const [first, second, third] = [await create(), await create(), await create()];
  assert.deepEqual(await admit(1), [first.taskId]);
  await tasks.control(second.taskId, 'pause', tester);
  assert.equal((await tasks.control(second.taskId, 'cancel', tester)).state, 'cancelled');
  await tasks.control(first.taskId, 'cancel', tester);
  assert.deepEqual(await admit(1), [third.taskId]);
  await tasks.retry(first.taskId, 'all', tester);
  assert.deepEqual([await admit(1), await before(first.taskId)], [[], 0]);
});

test('no more tasks are started than are taken up, and an urgent one does not wait for that', async () => {
  const all = [await create(), await create(), await create(), await create()];
  const ids = all.map(({ taskId }) => taskId);
  assert.deepEqual(await admit(200, 2), ids.slice(0, 2));
  assert.deepEqual(await admit(200, 2), []);
  const urgent = await create(1);
  assert.deepEqual(await admit(200, 2), [urgent.taskId]);
  for (const ref of [urgent, ...all.slice(0, 1)]) await books.load(ref);
  assert.deepEqual(await admit(200, 2), ids.slice(2, 3));
});

test('processes that admit at the same time start no task twice', async () => {
  for (let n = 0; n < 60; n++) await create();
  const admitted = (await Promise.all(Array.from({ length: 4 }, () => admit(1_000)))).flat();
  assert.equal(new Set(admitted).size, admitted.length);
  assert.ok(admitted.length >= 20);
});

test('somebody who waits although there is a place is noticed', async () => {
  const turns = createTurns(db, { tasksAtOnce: 1 });
  assert.equal(await turns.isHeldUp(), false);
  await create();
  assert.equal(await turns.isHeldUp(), true);
  await admit(1);
  await create();
  assert.equal(await turns.isHeldUp(), false);
  await create(1);
  assert.equal(await turns.isHeldUp(), true);
});

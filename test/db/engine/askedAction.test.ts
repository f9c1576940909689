import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { AskedAction, TakenAction } from '../../../db/engine/askedAction.ts';
import { createTaskLifecycle, type TaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import type { TaskRef } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';

const { db } = await openTestDatabase(2);
let books: TaskLifecycle;
let taken: TakenAction[];
let ref: TaskRef;

beforeEach(async () => {
  taken = [];
  books = createTaskLifecycle(db, { onTaken: (action) => void taken.push(action) });
  ref = await createTaskStore(db, null).create(
    {
      ...{ taskType: 4, description: null },
      content: {
        ...{ target: 'face_descriptors', filters: { descriptor_version: 1 } },
        store_results: true,
      },
    },
    tester,
  );
  await books.load(ref);
});

const names = (): AskedAction[] => taken.map(({ action }) => action);
const control = (action: 'pause' | 'resume' | 'cancel') =>
  createTaskStore(db, null).control(ref.taskId, action, tester);

test('an order is taken once, by the step that carries it out, with the time since it was given', async () => {
  await control('pause');
  await books.load(ref);
  assert.deepEqual(names(), [], 'a pause is not carried out while parts run');
  await db.query(`update tasks set asked_time = asked_time - interval '5 seconds'`);
  await books.pause(ref);
  await books.pause(ref);
  await control('resume');
  await books.load(ref);
  await books.load(ref);
  await control('cancel');
  await books.finish(ref, { outcome: 'cancelled' });
  await books.finish(ref, { outcome: 'cancelled' });
  assert.deepEqual(names(), ['pause', 'resume', 'cancel']);
  const [pause, resume] = taken.map(({ seconds }) => seconds);
  assert.ok(pause !== undefined && pause >= 5 && pause < 65, String(pause));
  assert.ok(resume !== undefined && resume >= 0 && resume < 60, String(resume));
});

test('a retry is taken when the task is at work again, and an order that came too late never', async () => {
  await control('pause');
  await db.query('update tasks set plan_done = true');
  await books.finish(ref, { outcome: 'done' });
  assert.deepEqual(names(), []);
  ref = await createTaskStore(db, null).retry(ref.taskId, 'all', tester);
  await books.load(ref);
  assert.deepEqual(names(), ['retry']);
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createTaskLifecycle } from '../../../db/engine/taskLifecycle.ts';
import { createTurns } from '../../../db/engine/turns.ts';
import { createHeldTasks } from '../../../db/maintenance/heldTasks.ts';
import {
  createMaintenanceQueries,
  createMaintenanceStore,
} from '../../../db/maintenance/maintenanceStore.ts';
import { createTaskQueries } from '../../../db/tasks/taskQueries.ts';
import { createTaskStore } from '../../../db/tasks/taskStore.ts';
import type { TaskRef } from '../../../domain/tasks/parts.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { tester } from '../../support/rows/rows.ts';
import { waitFor } from '../../support/waitFor.ts';

const { db } = await openTestDatabase(4);
const tasks = createTaskStore(db, null);
const life = createTaskLifecycle(db);
const turns = createTurns(db, { startsAtOnce: 1_000 });
const maintenance = createMaintenanceStore(db);
const held = createHeldTasks(db);

beforeEach(async () => {
  await maintenance.end(null, tester);
  await db.query('truncate tasks cascade');
});

const create = (): Promise<TaskRef> =>
  tasks.create(
    {
      ...{ taskType: 4, description: null },
      content: { target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: false },
    },
    tester,
  );

const idsOf = (refs: readonly TaskRef[]): number[] => refs.map(({ taskId }) => taskId);
const admit = async (): Promise<number[]> => idsOf(await turns.admit(20));

async function atWork(): Promise<TaskRef> {
  const ref = await create();
  await admit();
  await life.load(ref);
  return ref;
}

async function readTask(taskId: number) {
  const [row] = await db.query<{ state: string; desired: string }>(
    'select state, desired_state desired from tasks where task_id = $1',
    [taskId],
  );
  const isHeld = (await createTaskQueries(db).find(taskId))?.isHeld;
  return [row?.state, row?.desired, isHeld];
}

const start = async (note: string | null = null): Promise<number[]> => {
  await maintenance.start(note, tester);
  return idsOf(await held.follow());
};
const end = async (): Promise<number[]> => {
  await maintenance.end(null, tester);
  return idsOf(await held.follow());
};

test('what is at work is paused and what waits is not started; the end resumes exactly that', async () => {
  const running = await atWork();
  const own = await atWork();
  await tasks.control(own.taskId, 'pause', tester);
  const starting = await create();
  await admit();
  const waiting = await create();
  assert.deepEqual(await start(), [running.taskId, starting.taskId]);
  assert.deepEqual(await readTask(running.taskId), ['pausing', 'pause', true]);
  assert.deepEqual(await readTask(starting.taskId), ['paused', 'pause', true]);
  assert.deepEqual(await readTask(waiting.taskId), ['pending', 'run', true]);
  assert.deepEqual(await readTask(own.taskId), ['pausing', 'pause', false]);
  const later = await create();
  assert.deepEqual([await admit(), await turns.isHeldUp()], [[], false]);
  assert.deepEqual(idsOf(await held.follow()), [], 'following twice changes nothing');

  assert.deepEqual(await end(), [running.taskId, starting.taskId]);
  assert.deepEqual(await readTask(running.taskId), ['pausing', 'run', false]);
  assert.deepEqual(await readTask(own.taskId), ['pausing', 'pause', false]);
  assert.deepEqual(await admit(), [waiting.taskId, later.taskId]);
});

test('what an admin orders of a single task meanwhile outlives the maintenance', async () => {
  const [resumed, paused, cancelled] = [await atWork(), await atWork(), await atWork()];
  const [freed, stopped] = [await create(), await create()];
  await start();
  await tasks.control(resumed.taskId, 'resume', tester);
  await tasks.control(paused.taskId, 'pause', tester);
  await tasks.control(cancelled.taskId, 'cancel', tester);
  await tasks.control(freed.taskId, 'resume', tester);
  await tasks.control(stopped.taskId, 'pause', tester);
  assert.deepEqual(await admit(), [freed.taskId]);
  assert.deepEqual(idsOf(await held.follow()), [], 'what was resumed by hand is not paused again');
  assert.deepEqual((await readTask(resumed.taskId)).slice(1), ['run', false]);

  assert.deepEqual(await end(), []);
  assert.deepEqual((await readTask(paused.taskId)).slice(1), ['pause', false]);
  assert.deepEqual((await readTask(stopped.taskId)).slice(1), ['pause', false]);
  assert.deepEqual((await readTask(cancelled.taskId)).slice(0, 2), ['cancelling', 'cancel']);
  const next = await start();
  assert.ok(next.includes(resumed.taskId) && next.includes(freed.taskId), 'the next one pauses them again');
});

test('a retry waits for the end of the maintenance, also of a task that was resumed by hand in it', async () => {
  const ref = await atWork();
  await start();
  await tasks.control(ref.taskId, 'resume', tester);
  await life.finish(ref, { outcome: 'cancelled' });
  await tasks.retry(ref.taskId, 'all', tester);
  assert.deepEqual(await admit(), []);
  assert.deepEqual((await readTask(ref.taskId)).at(-1), true);
  await end();
  assert.deepEqual(await admit(), [ref.taskId]);
});

test('a task that is being admitted as the switch is turned does not slip through', async () => {
  const ref = await create();
  let switching = Promise.resolve();
  let isSwitched = false;
  await db.transaction(async (tx) => {
    assert.deepEqual(idsOf(await createTurns(tx, { startsAtOnce: 10 }).admit(20)), [ref.taskId]);
    switching = maintenance.start(null, tester).then(() => {
      isSwitched = true;
    });
    await waitFor('the switch to wait for the admission', async () => {
      const [row] = await db.query<{ waits: boolean }>(
        `select exists (select from pg_stat_activity where datname = current_database()
           and wait_event_type = 'Lock' and query like '%maintenance%') waits`,
      );
      return row?.waits;
    });
    assert.equal(isSwitched, false);
  });
  await switching;
  assert.deepEqual(idsOf(await held.follow()), [ref.taskId]);
});

test('ten thousand tasks at work are paused and resumed, each with its line in the audit', async () => {
  await db.query(
    `insert into tasks (task_type, state, admitted, content)
     select 4, 'running', true, '{"target": "faces"}' from generate_series(1, 10000)`,
  );
  const [before] = await db.query<{ count: number }>(
    "select count(*) from audit where login = 'maintenance'",
  );
  assert.equal((await start()).length, 10_000);
  assert.equal(await createMaintenanceQueries(db).countPaused(), 10_000);
  assert.equal((await end()).length, 10_000);
  const [line] = await db.query<{ count: number }>("select count(*) from audit where login = 'maintenance'");
  assert.equal((line?.count ?? 0) - (before?.count ?? 0), 20_000);
});

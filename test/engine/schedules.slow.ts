import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createScheduleQueries } from '../../db/schedules/scheduleQueries.ts';
import { createScheduleStore } from '../../db/schedules/scheduleStore.ts';
import type { ScheduleSpec } from '../../domain/schedules/schedule.ts';
import { queueOf, runScheduleType, scheduleIdOf } from '../../workflows/messages.ts';
import { statusUrl } from '../ops/processes.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { tester } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';

let engine: Engine;
before(async () => {
  engine = await startEngine({ workers: ['orchestrate,gc'], ownServers: true });
});
after(() => engine.stop());

// Nothing that comes by itself while the tests run.
const yearly: ScheduleSpec = {
  taskType: 4,
  content: { target: 'face_descriptors', filters: { descriptor_version: 1 } },
  description: 'scheduled',
  cron: '0 0 1 1 *',
  timeZone: 'Europe/Berlin',
  overlapPolicy: 'skip',
  catchUpWindow: '10m',
  notificationPolicy: null,
  objectsPerSecond: null,
  errorBudget: null,
};

const store = () => createScheduleStore(engine.records(), null);
const find = (scheduleId: number) => createScheduleQueries(engine.db()).find(scheduleId);
const followed = (scheduleId: number) =>
  waitFor('Temporal to follow', async () => (await find(scheduleId))?.followed);

async function create(changes: Partial<ScheduleSpec> = {}): Promise<number> {
  const scheduleId = await store().create({ ...yearly, ...changes }, tester);
  await followed(scheduleId);
  return scheduleId;
}

async function withHandle<T>(
  scheduleId: number,
  work: (handle: ReturnType<Client['schedule']['getHandle']>) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address: engine.running().temporalAddress });
  try {
    const { taskQueuePrefix: prefix } = engine.running().config;
    return await work(new Client({ connection }).schedule.getHandle(scheduleIdOf(prefix, scheduleId)));
  } finally {
    await connection.close();
  }
}

/** As if its time had come. Temporal tells times apart by the second; real ones lie a minute apart. */
async function trigger(scheduleId: number): Promise<void> {
  const { lastRun } = (await find(scheduleId)) ?? {};
  const { scheduled_time: last = '' } = (lastRun ?? {}) as { scheduled_time?: string };
  await waitFor('another second', () => !(Date.now() < Date.parse(last) + 2_000));
  await withHandle(scheduleId, (handle) => handle.trigger());
}

/** The same, when the run before has ended. */
async function comeRound(scheduleId: number): Promise<void> {
  await waitFor('the run before to end', () =>
    withHandle(scheduleId, async (handle) => (await handle.describe()).info.runningActions.length === 0),
  );
  await trigger(scheduleId);
}

interface Made {
  readonly taskId: number;
  readonly state: string;
  readonly content: { readonly filters: { readonly create_time__lt?: string } };
  readonly createdByLogin: string;
}
const tasksOf = (scheduleId: number) =>
  engine.db().query<Made>(
    `select task_id as "taskId", state, content, created_by_login as "createdByLogin" from tasks
     where schedule_id = $1 order by task_id`,
    [scheduleId],
  );
const made = (scheduleId: number, count: number) =>
  waitFor(`task ${count} of schedule ${scheduleId}`, async () => {
    const tasks = await tasksOf(scheduleId);
    return tasks.length === count && tasks;
  });
const ranAs = (scheduleId: number, outcome: string) =>
  waitFor(`a run that is ${outcome}`, async () => {
    const schedule = await find(scheduleId);
    return (schedule?.lastRun as { outcome?: string } | null)?.outcome === outcome;
  });
/** Keeps a task from ending until it is let go. */
const hold = (taskId: number) =>
  engine
    .db()
    .query("update tasks set state = 'paused', desired_state = 'pause' where task_id = $1", [taskId]);
const end = (taskId: number) =>
  engine.db().query("update tasks set state = 'done', end_time = now() where task_id = $1", [taskId]);

interface Audited {
  readonly accountId: string | null;
  readonly login: string;
  readonly after: {
    readonly schedule_id?: number;
    readonly scheduled_time?: string;
    readonly outside_schedule?: true;
  };
}
async function auditedCreation(taskId: number): Promise<Audited> {
  const [line] = await engine.db().query<Audited>(
    `select account_id "accountId", login, after from audit
     where action = 'task.create' and object_type = 'task' and object_id = $1`,
    [String(taskId)],
  );
  return line ?? assert.fail('the audit has no line of it');
}

test('at its time a task is made and done, in the name of its creator, with times frozen then', async () => {
  const content = { target: 'faces', filters: { create_time__lt: 'now-1d' } } as const;
  const notificationPolicy = { url: 'http://127.0.0.1:9/', statuses: [0], secret: 'orders' };
  const scheduleId = await create({ content, notificationPolicy });
  const before = Date.now();
  await trigger(scheduleId);
  const [task] = await made(scheduleId, 1);
  assert.ok(task);
  assert.equal(task.createdByLogin, tester.login);
  const told = await engine.db().query('select url from notifications where task_id = $1', [task.taskId]);
  assert.deepEqual(told, [{ url: notificationPolicy.url }]);
  const frozen = Date.parse(task.content.filters.create_time__lt ?? '');
  assert.ok(frozen >= before - 86_400_000 && frozen <= Date.now() - 86_400_000);
  assert.equal((await engine.ended(task.taskId)).state, 'done');
  assert.deepEqual((await find(scheduleId))?.content, content);
  await ranAs(scheduleId, 'started');
});

test('skip, wait or run beside it: what counts is the task that has not ended, not the run that made it', async () => {
  const ids = {
    skipping: await create(),
    buffering: await create({ overlapPolicy: 'buffer_one' }),
    allowing: await create({ overlapPolicy: 'allow_all' }),
  };
  const first: Record<string, number> = {};
  for (const [policy, scheduleId] of Object.entries(ids)) {
    await trigger(scheduleId);
    const [task] = await made(scheduleId, 1);
    assert.ok(task);
    await engine.ended(task.taskId);
    await hold(task.taskId);
    first[policy] = task.taskId;
    await comeRound(scheduleId);
  }
  await made(ids.allowing, 2);
  await ranAs(ids.skipping, 'skipped');
  await ranAs(ids.buffering, 'waiting');
  // A third time while one waits already makes no second one wait.
  await trigger(ids.buffering);
  assert.deepEqual([(await tasksOf(ids.skipping)).length, (await tasksOf(ids.buffering)).length], [1, 1]);

  for (const taskId of Object.values(first)) await end(taskId);
  const [, waited] = await made(ids.buffering, 2);
  assert.ok(waited);
  await engine.ended(waited.taskId);
  await comeRound(ids.skipping);
  await made(ids.skipping, 2);
  assert.equal((await tasksOf(ids.buffering)).length, 2);
});

test('stopped, changed and removed schedules are so in Temporal too', async () => {
  const scheduleId = await create();
  await store().setActive(scheduleId, false, tester);
  await followed(scheduleId);
  const stopped = await withHandle(scheduleId, (handle) => handle.describe());
  assert.equal(stopped.state.paused, true);
  await trigger(scheduleId);
  await store().replace(scheduleId, { ...yearly, cron: '0 0 2 1 *', catchUpWindow: '1d' }, tester);
  await store().setActive(scheduleId, true, tester);
  await followed(scheduleId);
  const changed = await withHandle(scheduleId, (handle) => handle.describe());
  assert.equal(changed.state.paused, false);
  assert.equal(changed.info.nextActionTimes[0]?.toISOString().slice(5), '01-01T23:00:00.000Z');
  assert.equal(changed.policies.catchupWindow, 86_400_000);
  await comeRound(scheduleId);
  await made(scheduleId, 1);

  await store().remove(scheduleId, tester);
  await waitFor('the row to go', async () => {
    const rows = await engine
      .db()
      .query('select 1 as one from schedules where schedule_id = $1', [scheduleId]);
    return rows.length === 0;
  });
  await assert.rejects(withHandle(scheduleId, (handle) => handle.describe()));
  assert.equal((await tasksOf(scheduleId)).length, 1, 'its tasks stay');
});

test('one time makes one task, however often it comes', async () => {
  const scheduleId = await create();
  await withHandle(scheduleId, async (handle) => {
    for (let n = 0; n < 3; n++) {
      const start = new Date('2026-01-01T00:00:00+01:00');
      await handle.backfill({
        start: new Date(start.getTime() - 1_000),
        end: new Date(start.getTime() + 1_000),
      });
    }
  });
  const [task] = await made(scheduleId, 1);
  assert.ok(task);
  await engine.ended(task.taskId);
  const { accountId, login, after } = await auditedCreation(task.taskId);
  assert.deepEqual([accountId, login], [null, `schedule ${scheduleId}`], 'it was nobody else');
  assert.equal(after.schedule_id, scheduleId);
  assert.equal(after.outside_schedule, undefined, 'a time that it has');
  const [row] = await engine
    .db()
    .query<{ time: Date }>('select scheduled_time as time from tasks where task_id = $1', [task.taskId]);
  assert.equal(row?.time.toISOString(), '2025-12-31T23:00:00.000Z');
  assert.equal((await tasksOf(scheduleId)).length, 1);
});

test('a schedule that somebody triggers in Temporal is audited as itself, and as outside its times', async () => {
  const scheduleId = await create();
  await trigger(scheduleId);
  const [triggered] = await made(scheduleId, 1);
  assert.ok(triggered);
  const early = await auditedCreation(triggered.taskId);
  assert.deepEqual([early.accountId, early.login], [null, `schedule ${scheduleId}`]);
  assert.equal(early.after.outside_schedule, true);
  await engine.ended(triggered.taskId);

  // Its run, started by hand with a time that the schedule will have one day.
  const [{ time } = { time: '' }] = await engine
    .db()
    .query<{ time: string }>(`select (extract(year from now())::int + 2) || '-12-31T23:00:00.000Z' as time`);
  const connection = await Connection.connect({ address: engine.running().temporalAddress });
  try {
    const { taskQueuePrefix: prefix } = engine.running().config;
    await new Client({ connection }).workflow.execute(runScheduleType, {
      workflowId: `by hand ${scheduleId}`,
      taskQueue: queueOf(prefix, 'orchestrate'),
      args: [{ scheduleId, cron: yearly.cron, timeZone: yearly.timeZone, revision: 1 }, time],
    });
  } finally {
    await connection.close();
  }
  const [, forged] = await made(scheduleId, 2);
  assert.ok(forged);
  const { login, after } = await auditedCreation(forged.taskId);
  assert.deepEqual([login, after.outside_schedule], [`schedule ${scheduleId}`, true]);
});

test('a run that cannot make its task is told by the schedule, and counted for an alert', async () => {
  const failures = async () => {
    const text = await (await fetch(`${await statusUrl(engine, 'worker-1')}/metrics`)).text();
    return Number(/^luna_schedule_failures_total\{reason="run_failed"\} (\d+)$/m.exec(text)?.[1]);
  };
  assert.equal(await failures(), 0);
  // Its network is gone.
  const scheduleId = await create({
    taskType: 5,
    content: {
      extraction_target: 'face_descriptor',
      filters: { objects_type: 'faces' },
      options: { descriptor_version: 987 },
    },
  });
  await trigger(scheduleId);
  await ranAs(scheduleId, 'failed');
  await waitFor('the failure to be counted', async () => (await failures()) === 1);
  assert.equal((await tasksOf(scheduleId)).length, 0);
});

test('schedules come back when Temporal has lost everything, and those made meanwhile come too', async () => {
  const kept = await create();
  await engine.restart(async (folder) => {
    await rm(join(folder, 'temporal'), { recursive: true, force: true });
  });
  const added = await store().create(yearly, tester);
  await followed(added);
  for (const scheduleId of [kept, added]) {
    await waitFor('the schedule in Temporal', () => withHandle(scheduleId, (handle) => handle.describe()), {
      everyMs: 200,
    });
    await trigger(scheduleId);
    await made(scheduleId, 1);
  }
});

test('a schedule that is made while Temporal is down is followed when it is back', async () => {
  await engine.running().halt('temporal');
  const scheduleId = await store().create(yearly, tester);
  assert.equal((await find(scheduleId))?.followed, false);
  await engine.running().resume('temporal');
  await followed(scheduleId);
  await trigger(scheduleId);
  await made(scheduleId, 1);
});

test('a time that came while Temporal was away is run when it is back, within the catch-up window', async () => {
  const scheduleId = await create({ cron: '* * * * *', timeZone: 'UTC', catchUpWindow: '1h' });
  // What comes before Temporal has looked at a schedule for the first time is no time of it.
  await waitFor('Temporal to look at the schedule', () =>
    withHandle(scheduleId, async (handle) => (await handle.describe()).info.nextActionTimes.length > 0),
  );
  await engine.running().halt('temporal');
  const minute = () => Math.floor(Date.now() / 60_000);
  const missed = minute() + 1;
  await waitFor('a time of the schedule to pass', () => minute() >= missed);
  await engine.running().resume('temporal');
  const [run] = await waitFor('the time to be made up for', async () => {
    const rows = await engine.db().query<{ outcome: string; isLate: boolean }>(
      `select outcome, run_time > scheduled_time as "isLate" from schedule_runs
       where schedule_id = $1 and scheduled_time = $2`,
      [scheduleId, new Date(missed * 60_000).toISOString()],
    );
    return rows.length > 0 && rows;
  });
  assert.deepEqual(run, { outcome: 'started', isLate: true });
  await store().remove(scheduleId, tester);
});

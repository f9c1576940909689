import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createMissedRuns } from '../../db/schedules/missedRuns.ts';
import { createScheduledTasks } from '../../db/schedules/scheduledTasks.ts';
import { createScheduleQueries } from '../../db/schedules/scheduleQueries.ts';
import { createScheduleStore } from '../../db/schedules/scheduleStore.ts';
import type { OverlapPolicy, ScheduledRun } from '../../domain/schedules/schedule.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createMissedRunWatch } from '../../temporal/missedRunWatch.ts';
import { openTestDatabase, openTestRecords } from '../support/servers/database.ts';
import { tester } from '../support/rows/rows.ts';

const { db, url } = await openTestDatabase(2);
const store = createScheduleStore(openTestRecords(url));
const times = { cron: '0 * * * *', timeZone: 'UTC' };
const metrics = createMetrics();

afterEach(async () => {
  metrics.scheduleFailures.reset();
  await db.query('truncate schedules, tasks cascade');
});

/** Made at half past three. */
async function hourly(overlapPolicy: OverlapPolicy = 'skip'): Promise<number> {
  const scheduleId = await store.create(
    {
      ...times,
      ...{ taskType: 4, content: { target: 'faces', filters: { create_time__lt: 'now-1d' } } },
      ...{ description: null, overlapPolicy, notificationPolicy: null },
      ...{ objectsPerSecond: null, errorBudget: null },
    },
    tester,
  );
  await db.query(`update schedules set create_time = $1, last_update_time = $1`, ['2026-05-04T03:30:00Z']);
  return scheduleId;
}

const look = (time: string) =>
  createMissedRunWatch({
    runs: createMissedRuns(db),
    metrics,
    log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
    now: () => Promise.resolve(new Date(`2026-05-04T${time}:00Z`)),
  })();

const run = (scheduleId: number, time: string): Promise<{ kind: string }> => {
  const due: ScheduledRun = { ...times, scheduleId, scheduledTime: `2026-05-04T${time}:00.000Z` };
  const content = {
    ...{ target: 'faces' as const, filters: { create_time__lt: '2026-05-03T00:00:00Z' } },
    ...{ remove_samples: false, remove_image_origins: false, store_results: true },
  };
  return createScheduledTasks(db, () => Promise.resolve(() => content)).start(due);
};

async function lastRun(scheduleId: number): Promise<string> {
  const found = (await createScheduleQueries(db).find(scheduleId))?.lastRun ?? null;
  const { scheduled_time = '', outcome = '' } = (found ?? {}) as Record<string, string>;
  return `${scheduled_time.slice(11, 16)} ${outcome}`;
}

const counted = async (): Promise<number> => {
  const { values } = await metrics.scheduleFailures.get();
  return values.find(({ labels }) => labels.reason === 'run_missed')?.value ?? 0;
};

test('a time that has not run after a quarter of an hour is missed: the schedule says so, and it is counted once', async () => {
  const scheduleId = await hourly();
  await look('04:14');
  assert.deepEqual([await lastRun(scheduleId), await counted()], [' ', 0]);
  await look('04:16');
  await look('04:17');
  assert.deepEqual([await lastRun(scheduleId), await counted()], ['04:00 missed', 1]);
  await look('05:16');
  assert.deepEqual([await lastRun(scheduleId), await counted()], ['05:00 missed', 2]);
});

test('a run that comes late is told in place of the missed one, and an older one after it is not', async () => {
  const scheduleId = await hourly('allow_all');
  await look('04:16');
  assert.equal((await run(scheduleId, '05:00')).kind, 'started');
  assert.equal((await run(scheduleId, '04:00')).kind, 'started');
  await look('05:59');
  assert.deepEqual([await lastRun(scheduleId), await counted()], ['05:00 started', 1]);
});

test('a run that waits for the task before it is not missed, nor is what it kept from coming', async () => {
  const scheduleId = await hourly('buffer_one');
  await run(scheduleId, '04:00');
  await db.query(`update tasks set create_time = '2026-05-04T04:00:00Z'`);
  assert.equal((await run(scheduleId, '05:00')).kind, 'waits');
  await look('07:30');
  assert.deepEqual([await lastRun(scheduleId), await counted()], ['05:00 waiting', 0]);
  await db.query(`update tasks set state = 'done', end_time = now()`);
  await run(scheduleId, '05:00');
  await db.query(
    `update tasks set create_time = '2026-05-04T07:40:00Z' where scheduled_time = '2026-05-04T05:00:00Z'`,
  );
  await look('07:50');
  assert.deepEqual([await lastRun(scheduleId), await counted()], ['05:00 started', 0]);
});

test('a schedule that is stopped or removed misses nothing, and one that was started or changed nothing before that', async () => {
  const scheduleId = await hourly();
  await store.setActive(scheduleId, false, tester);
  await look('09:30');
  assert.equal(await counted(), 0);
  await store.setActive(scheduleId, true, tester);
  await db.query(`update schedules set last_update_time = '2026-05-04T09:05:00Z'`);
  await look('09:30');
  assert.equal(await counted(), 0);
  await store.remove(scheduleId, tester);
  await db.query(`update schedules set last_update_time = '2026-05-04T03:30:00Z'`);
  await look('09:30');
  assert.equal(await counted(), 0);
});

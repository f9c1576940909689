import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createMissedRuns } from '../../db/schedules/missedRuns.ts';
import { createScheduledTasks } from '../../db/schedules/scheduledTasks.ts';
import { createScheduleQueries } from '../../db/schedules/scheduleQueries.ts';
import { createScheduleStore } from '../../db/schedules/scheduleStore.ts';
import type { OverlapPolicy, ScheduledRun, ScheduleSpec } from '../../domain/schedules/schedule.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createMissedRunWatch } from '../../temporal/missedRunWatch.ts';
import { openTestDatabase, openTestRecords } from '../support/servers/database.ts';
import { tester } from '../support/rows/rows.ts';

const { db, url } = await openTestDatabase(2);
const store = createScheduleStore(openTestRecords(url), null);
const times = { cron: '0 * * * *', timeZone: 'UTC' };
const metrics = createMetrics();

afterEach(async () => {
  metrics.scheduleFailures.reset();
  await db.query('truncate schedules, schedule_watches, tasks cascade');
});

const orderOf = (overlapPolicy: OverlapPolicy): ScheduleSpec => ({
  ...times,
  ...{ taskType: 4, content: { target: 'faces', filters: { create_time__lt: 'now-1d' } } },
  ...{ description: null, overlapPolicy, catchUpWindow: '10m', notificationPolicy: null },
  ...{ objectsPerSecond: null, errorBudget: null },
});

/** Made at half past three. */
async function hourly(overlapPolicy: OverlapPolicy = 'skip'): Promise<number> {
  const scheduleId = await store.create(orderOf(overlapPolicy), tester);
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

const run = (scheduleId: number, time: string, startedTime?: string): Promise<{ kind: string }> => {
  const due: ScheduledRun = {
    ...{ ...times, scheduleId, scheduledTime: `2026-05-04T${time}:00.000Z` },
    ...(startedTime === undefined ? {} : { startedTime }),
  };
  const content = {
    ...{ target: 'faces' as const, filters: { create_time__lt: '2026-05-03T00:00:00Z' } },
    ...{ remove_samples: false, remove_image_origins: false, store_results: true },
  };
  return createScheduledTasks(db, () => Promise.resolve(() => content), null).start(due);
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

async function history(): Promise<string[]> {
  const rows = await db.query<{ time: Date; outcome: string; reason: string | null }>(
    'select scheduled_time as time, outcome, reason from schedule_runs order by scheduled_time',
  );
  return rows.map(({ time, outcome, reason }) =>
    [time.toISOString().slice(11, 16), outcome, reason ?? ''].join(' ').trim(),
  );
}

test('after an outage every missed time is noted, with what was away', async () => {
  await hourly();
  await look('03:58');
  for (const minute of ['00', '02', '04', '06', '08', '10', '12', '14', '16']) await look(`04:${minute}`);
  // Workers were there at four, and none from a quarter past four to half past seven.
  await look('07:30');
  assert.deepEqual(await history(), [
    '04:00 missed temporal_away',
    '05:00 missed workers_away',
    '06:00 missed workers_away',
    '07:00 missed workers_away',
  ]);
  const [away] = await db.query<{ from: Date; until: Date }>(
    `select away_from as from, away_until as until from schedule_runs where scheduled_time = '2026-05-04T05:00Z'`,
  );
  assert.deepEqual(
    [away?.from.toISOString().slice(11, 16), away?.until.toISOString().slice(11, 16)],
    ['04:16', '07:30'],
  );
  assert.equal(await counted(), 4);
});

test('within its catch-up window a time may still come, and is missed only after it', async () => {
  const scheduleId = await hourly();
  await db.query(`update schedules set catch_up_window = '2h'`);
  await look('05:59');
  assert.deepEqual(await history(), []);
  await look('06:06');
  assert.deepEqual(await history(), ['04:00 missed']);
  assert.equal((await run(scheduleId, '05:00')).kind, 'started');
  await look('08:06');
  // At six the run of five had not begun: it came only now.
  assert.deepEqual(await history(), [
    '04:00 missed',
    '05:00 started',
    '06:00 skipped',
    '07:00 skipped',
    '08:00 skipped',
  ]);
});

test('a run that its worker took up after the catch-up window is missed, one that has waited is not', async () => {
  const scheduleId = await hourly('buffer_one');
  const late = (time: string, sinceStart: number) => {
    const startedTime = new Date(Date.now() - sinceStart).toISOString();
    return run(scheduleId, time, startedTime);
  };
  assert.equal((await late('04:00', 11 * 60_000)).kind, 'missed');
  assert.equal((await late('05:00', 9 * 60_000)).kind, 'started');
  assert.equal((await late('06:00', 0)).kind, 'waits');
  await db.query(`update tasks set state = 'done', end_time = now()`);
  assert.equal((await late('06:00', 11 * 60_000)).kind, 'started');
  assert.deepEqual(await history(), ['04:00 missed', '05:00 started', '06:00 started']);
});

test('a run that waits for the task before it is skipped when its schedule is stopped or gets other times', async () => {
  const scheduleId = await hourly('buffer_one');
  await run(scheduleId, '04:00');
  assert.equal((await run(scheduleId, '05:00')).kind, 'waits');
  await store.setActive(scheduleId, false, tester);
  assert.equal((await run(scheduleId, '05:00')).kind, 'void');
  assert.deepEqual(await history(), ['04:00 started', '05:00 skipped stopped']);
  assert.equal(await lastRun(scheduleId), '05:00 skipped');
  await store.setActive(scheduleId, true, tester);
  assert.equal((await run(scheduleId, '06:00')).kind, 'waits');
  await store.replace(scheduleId, orderOf('buffer_one'), tester);
  assert.deepEqual((await history()).at(-1), '06:00 waiting', 'other contents let it wait');
  await store.replace(scheduleId, { ...orderOf('buffer_one'), cron: '0 3 * * *' }, tester);
  assert.equal((await run(scheduleId, '06:00')).kind, 'void');
  assert.deepEqual((await history()).at(-1), '06:00 skipped changed');
});

test('a run whose schedule is started again before it has looked waits on', async () => {
  const scheduleId = await hourly('buffer_one');
  await run(scheduleId, '04:00');
  await run(scheduleId, '05:00');
  await store.setActive(scheduleId, false, tester);
  await store.setActive(scheduleId, true, tester);
  assert.equal((await run(scheduleId, '05:00')).kind, 'waits');
  assert.deepEqual(await history(), ['04:00 started', '05:00 waiting']);
});

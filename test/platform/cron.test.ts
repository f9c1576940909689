import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { CronError, nextRuns } from '../../platform/cron.ts';
import { createGateway, type Gateway } from '../../temporal/gateway.ts';
import { scheduleIdOf } from '../../workflows/messages.ts';
import { testTemporalAddress } from '../support/servers/database.ts';

const connection = { address: testTemporalAddress() };
const prefix = `test-${randomUUID().slice(0, 8)}-`;
let client: Client;
let gateway: Gateway;

before(async () => {
  client = new Client({ connection: await Connection.connect(connection) });
  gateway = createGateway({ connection, namespace: 'default', taskQueuePrefix: prefix, deadlineMs: 10_000 });
});
after(async () => {
  await gateway.close();
  await client.connection.close();
});

const runs = (cron: string, zone: string, from: string, count = 3) =>
  nextRuns(cron, zone, new Date(from), count).map((run) => run.toISOString().slice(0, 16));

test('a time that a change of clocks leaves out does not come, and one that it repeats comes as Temporal has it', () => {
  assert.deepEqual(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z'), [
    '2026-03-28T01:30',
    '2026-03-30T00:30',
    '2026-03-31T00:30',
  ]);
  assert.deepEqual(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z'), [
    '2026-10-25T01:30',
    '2026-10-26T01:30',
    '2026-10-27T01:30',
  ]);
  assert.deepEqual(runs('*/30 1-2 * * *', 'America/New_York', '2026-11-01T05:00:00Z', 4), [
    '2026-11-01T05:30',
    '2026-11-01T06:00',
    '2026-11-01T06:30',
    '2026-11-01T07:00',
  ]);
});

test('both days have to match, and a date that never comes has no runs', () => {
  assert.deepEqual(runs('0 0 13 * FRI', 'UTC', '2026-01-01T00:00:00Z'), [
    '2026-02-13T00:00',
    '2026-03-13T00:00',
    '2026-11-13T00:00',
  ]);
  assert.deepEqual(runs('0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z'), []);
  // The night of the change, each year.
  assert.deepEqual(runs('30 2 25-31 3 SUN', 'Europe/Berlin', '2026-01-01T00:00:00Z'), []);
});

test('the moment itself is no next run', () => {
  assert.deepEqual(runs('0 * * * *', 'UTC', '2026-01-01T00:00:00Z', 1), ['2026-01-01T01:00']);
  assert.deepEqual(runs('0 * * * *', 'Asia/Kolkata', '2025-12-31T23:59:59.999Z', 1), ['2026-01-01T00:30']);
});

test('what is no expression and what is no zone is refused by name', () => {
  for (const cron of [
    ...['', '* * * *', '* * * * * *', '61 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8'],
    ...['@daily', '0 0 L * *', '0 0 ? * *', '0 0 * * 5#3', '0 22-2 * * *', '*/0 * * * *', '5/15 * * * *'],
    ...['0 0 * * FOO', '0  0 * * *', 'TZ=UTC * * * * *', '* * * * * # x'],
  ]) {
    assert.throws(() => nextRuns(cron, 'UTC', new Date(), 1), isFaultOf('cron'), cron);
  }
  for (const zone of ['', 'Nowhere/City', '+02:00', 'UTC+1', '../etc/passwd', 'Europe/Berlin ']) {
    assert.throws(() => nextRuns('* * * * *', zone, new Date(), 1), isFaultOf('time_zone'), zone);
  }
});

function isFaultOf(field: string) {
  return (error: unknown) => error instanceof CronError && error.field === field;
}

const readAlike = [
  ['30 2 * * *', 'Europe/Berlin'],
  ['0 3 * * *', 'UTC'],
  ['*/7 8-18/2 * * MON-FRI', 'America/New_York'],
  ['5,35 0 1,15 * *', 'Asia/Kolkata'],
  ['0 0 13 * 5', 'UTC'],
  ['0 12 * * 7', 'Pacific/Auckland'],
  ['0 12 * * 0', 'Pacific/Auckland'],
  ['0 12 * * 5-7', 'UTC'],
  ['15 6 * JAN-MAR mon,Wed', 'Australia/Lord_Howe'],
  ['0 0 29 2 *', 'UTC'],
  ['0 0 31 * *', 'UTC'],
  ['30 2 25-31 10 SUN', 'Europe/Berlin'],
  ['30 2 20-31 3 *', 'europe/berlin'],
  ['30 1 1-7 11 SUN', 'America/New_York'],
  ['*/20 1 1-7 11 SUN', 'America/New_York'],
  ['*/30 2,3 8-14 3 SUN', 'America/New_York'],
  ['0 0 * * *', 'America/Sao_Paulo'],
] as const;

test("the next runs are those that Temporal's own schedule would make", async () => {
  for (const [index, [cron, timeZone]] of readAlike.entries()) {
    const schedule = {
      scheduleId: index + 1,
      cron,
      timeZone,
      overlapPolicy: 'skip',
      catchUpWindow: '10m',
      active: true,
      revision: 1,
    } as const;
    const earlier = nextRuns(cron, timeZone, new Date(), 5);
    await gateway.putSchedule(schedule);
    const handle = client.schedule.getHandle(scheduleIdOf(prefix, schedule.scheduleId));
    const { info } = await handle.describe();
    const theirs = info.nextActionTimes.slice(0, 5).map((time) => time.toISOString());
    await handle.delete();
    // A time may pass between the two looks.
    const later = nextRuns(cron, timeZone, new Date(), 5);
    const ours = [earlier, later].map((times) => times.map((time) => time.toISOString()));
    assert.ok(
      theirs.length === 5 && ours.some((times) => times.join() === theirs.join()),
      `${cron} ${timeZone}\n${JSON.stringify({ theirs, ours: ours[0] }, null, 1)}`,
    );
  }
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { v4, v7 } from 'uuid';
import {
  addEventDays,
  createEventPartitionQueries,
  createEventPartitions,
} from '../../../db/ops/eventPartitions.ts';
import { describeSchema } from '../../../db/schema/describeSchema.ts';
import type { Database } from '../../../db/sql/connection.ts';
import { buildEvent, insertEventRows } from '../../support/rows/eventRows.ts';
import { migrateAround } from '../../support/servers/beforePartitions.ts';
import { openTestDatabase } from '../../support/servers/database.ts';
import { waitFor } from '../../support/waitFor.ts';

const dayMs = 86_400_000;
const today = Math.floor(Date.now() / dayMs) * dayMs;
const eventAt = (msecs: number) => buildEvent({ eventId: v7({ msecs }), versions: { face: [1, 3] } });

const partitionsOf = async (db: Database, base = 'events') =>
  (
    await db.query<{ partition: string }>(
      'select partition from event_partitions() where base = $1 order by low',
      [base],
    )
  ).map(({ partition }) => partition);

const placeOf = async (db: Database, eventId: string): Promise<string | undefined> =>
  (
    await db.query<{ place: string }>(
      'select tableoid::regclass::text as place from events where event_id = $1',
      [eventId],
    )
  )[0]?.place;

const nameOf = (msecs: number) => `events_${new Date(msecs).toISOString().slice(0, 10).replaceAll('-', '')}`;

test('partitions are made a week ahead, for events and each version, and what waited in the rest moves into them', async () => {
  const { db } = await openTestDatabase(4);
  const late = eventAt(today + 3 * dayMs);
  const strange = buildEvent({ eventId: v4().replace(/^../, 'f0') });
  await insertEventRows(db, [eventAt(Date.now()), late, strange]);
  assert.equal(await placeOf(db, late.eventId), 'events_rest');
  assert.equal(await createEventPartitions(db, 1).keep(), 0);
  const names = Array.from({ length: 9 }, (_, n) => nameOf(today + n * dayMs));
  assert.deepEqual(await partitionsOf(db), names);
  assert.deepEqual(
    await partitionsOf(db, 'event_descriptors_v3'),
    names.map((name) => name.replace('events', 'event_descriptors_v3')),
  );
  assert.equal(await placeOf(db, late.eventId), nameOf(today + 3 * dayMs));
  assert.equal(await placeOf(db, strange.eventId), 'events_high');
  const { partitions, until } = await createEventPartitionQueries(db).figures();
  assert.deepEqual([partitions, until?.getTime()], [9, today + 9 * dayMs]);
  await createEventPartitions(db, 7).keep();
  assert.equal((await partitionsOf(db)).length, 10, 'the next one is of seven days');
});

test('who asks for the partitions of one table reads nothing of the others', async () => {
  const { db } = await openTestDatabase(1);
  const plan = await db.query<{ 'QUERY PLAN': string }>(
    `explain select low from event_partitions() where base = 'events'`,
  );
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  assert.doesNotMatch(text, /Function Scan/);
  assert.match(text, /relname[^\n]*= 'events'::text/);
  const [none] = await db.query<{ count: number }>(
    `select count(*) from event_partitions() where low = $1 and partition like '%_rest'`,
    [v7()],
  );
  assert.equal(none?.count, 0, 'those without bounds are in nobody’s way');
});

test('a reader in the way delays partitions, and breaks nothing', async () => {
  const { db } = await openTestDatabase(4);
  await db.transaction(async (reader) => {
    await reader.query('select count(*) from events');
    await createEventPartitions(db, 1).keep();
    assert.equal((await partitionsOf(db)).length, 1);
  });
  await createEventPartitions(db, 1).keep();
  assert.equal((await partitionsOf(db)).length, 9);
});

test('partitions of past days go when nothing is in them, in any table', async () => {
  const { db } = await openTestDatabase(4);
  for (const ago of [20, 10, 5]) await addEventDays(db, today - ago * dayMs, today - (ago - 1) * dayMs);
  const event = eventAt(today - 10 * dayMs + 1);
  await insertEventRows(db, [event]);
  await createEventPartitions(db, 1).keep();
  assert.deepEqual((await partitionsOf(db)).slice(0, 2), [nameOf(today - 10 * dayMs), nameOf(today)]);
  await db.query('delete from events');
  await createEventPartitions(db, 1).keep();
  assert.equal((await partitionsOf(db))[0], nameOf(today - 10 * dayMs), 'its descriptors are still there');
  await db.query('delete from event_descriptors');
  await createEventPartitions(db, 1).keep();
  assert.equal((await partitionsOf(db))[0], nameOf(today));
});

/** A database that the release before has made, with too many events to be moved with the migration. */
async function openOldDatabase() {
  const { db } = await openTestDatabase(8);
  await db.query('drop schema public cascade; create schema public');
  await migrateAround(db, async () => {
    await db.query(
      `insert into events (event_id, account_id) select key_no::uuid, gen_random_uuid()
       from (select lpad(to_hex(n), 32, '0') as key_no from generate_series(0, 20000) n) keys`,
    );
  });
  return { db };
}

test('a database of an earlier release is moved while it is used: no row is lost, none comes twice, none comes back', async () => {
  const { db } = await openOldDatabase();
  const before = await describeSchema(db);
  assert.doesNotMatch(before, /create table events[^;]*partition by/);
  const old = Array.from({ length: 3_000 }, (_, n) =>
    n % 50 === 0
      ? buildEvent({ eventId: v4(), versions: { face: [1] } })
      : eventAt(today - (n % 100) * dayMs - n),
  );
  await insertEventRows(db, old);
  const partitions = createEventPartitions(db, 1);
  assert.equal(await partitions.keep(), 0, 'there is nothing to keep yet');

  // Written to until it is done: what is new, what changes, what goes.
  let isDone = false;
  const added: string[] = [];
  const write = async (): Promise<void> => {
    for (let n = 0; !isDone; n += 1) {
      const event = eventAt(today - (n % 40) * dayMs + n);
      added.push(event.eventId);
      await insertEventRows(db, [event]);
      await db.query('update events set user_data = $2 where event_id = $1', [
        old[(7 * n) % 3_000]?.eventId,
        `${n}`,
      ]);
      await db.query('update event_descriptors set generation = generation + 1 where event_id = $1', [
        old[(11 * n) % 3_000]?.eventId,
      ]);
      const gone = old[(13 * n + 5) % 3_000]?.eventId;
      await db.query('delete from event_descriptors where event_id = $1', [gone]);
      await db.query('delete from events where event_id = $1', [gone]);
      await db.query('delete from events where event_id = $1', [added[n - 3]]);
    }
  };
  const writing = write();
  // What writers have said of each row, in the order in which they were allowed to say it.
  await db.query('select begin_event_move($1)', ['events']);
  await waitFor(
    'every row of events',
    async () => {
      const [answer] = await db.query<{ more: boolean }>('select copy_event_rows($1, 500) as more', [
        'events',
      ]);
      return answer?.more === false;
    },
    { everyMs: 1 },
  );
  const [first] = await db.query<{ rows: number }>('select count(*) as rows from events_moving');
  assert.ok((first?.rows ?? 0) > 2_000);
  await waitFor('all tables', async () => !(await partitions.move()), { everyMs: 1 });
  isDone = true;
  await writing;

  const [kinds] = await db.query(
    `select (select relkind::text from pg_class where relname = 'events') as events,
       (select relkind::text from pg_class where relname = 'event_descriptors_v3') as descriptors`,
  );
  assert.deepEqual(kinds, { events: 'p', descriptors: 'p' });
  const after = await describeSchema(db);
  assert.equal(after, await readFile('db/schema/schema.sql', 'utf8'));
  assert.ok((await partitionsOf(db)).length > 60);
  const [twice] = await db.query<{ count: number }>(
    'select count(*) from (select event_id from events group by 1 having count(*) > 1) x',
  );
  assert.equal(twice?.count, 0);
  assert.ok(added.length > 5);
});

test('what writers do to a row while it is moved is what is there afterwards', async () => {
  const { db } = await openOldDatabase();
  const rows = Array.from({ length: 400 }, (_, n) => eventAt(today - n * 3_600_000));
  await insertEventRows(db, rows);
  // The same writes, once more, into tables that nobody moves.
  await db.query('create table expected_events (like events including all)');
  await db.query('insert into expected_events select * from events');
  const change = async (n: number): Promise<void> => {
    const id = rows[n]?.eventId;
    await db.transaction(async (tx) => {
      await tx.query('set local lock_timeout = 0');
      for (const table of ['events', 'expected_events']) {
        if (n % 3 === 0) await tx.query(`delete from ${table} where event_id = $1`, [id]);
        else await tx.query(`update ${table} set user_data = $2 where event_id = $1`, [id, `changed ${n}`]);
        if (n % 5 === 0) {
          await tx.query(
            `insert into ${table} (event_id, account_id, create_time, end_time, insert_time) values ($1, $2, 'epoch', 'epoch', 'epoch')`,
            [rows[n]?.eventId.replace(/.$/, (last) => (last === '0' ? '1' : '0')), rows[n]?.accountId],
          );
        }
      }
    });
  };
  await db.query('select begin_event_move($1)', ['events']);
  const copying = (async () => {
    for (let more: boolean | undefined = true; more !== false;) {
      const [answer] = await db.query<{ more: boolean }>('select copy_event_rows($1, 97) as more', [
        'events',
      ]);
      more = answer?.more;
    }
  })();
  await Promise.all([
    copying,
    ...[0, 1, 2].map(async (first) => {
      for (let n = first; n < 400; n += 3) await change(n);
    }),
  ]);
  const [end] = await db.query<{ done: boolean }>('select end_event_move($1) as done', ['events']);
  assert.equal(end?.done, true);
  const different = await db.query(
    `(select * from events except select * from expected_events) union all (select * from expected_events except select * from events)`,
  );
  assert.deepEqual(different, []);
});

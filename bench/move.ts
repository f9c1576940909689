import { setTimeout as delay } from 'node:timers/promises';
import { v7 as newId } from 'uuid';
import { textTable } from '../commands/cli/textTable.ts';
import { createEventPartitions } from '../db/ops/eventPartitions.ts';
import { createDatabase, type Database } from '../db/sql/connection.ts';
import { migrateAround } from '../test/support/servers/beforePartitions.ts';
import type { Bed } from './harness/bed.ts';
import { percentile, round } from './harness/figures.ts';
import { dayMs, numberedEvents } from './harness/seedDays.ts';
import type { Measurement } from './harness/measurement.ts';

const days = 30;

/** A database of an earlier release that is moved into partitions while somebody writes to it. */
export const move: Measurement = {
  about: 'events of an earlier release into partitions, while they are written',
  measure: async (bed, { events, seconds }, say) => {
    const name = `move_${Date.now()}`;
    await bed.db.query(`create database ${name}`);
    const url = new URL(bed.running.databaseUrl);
    url.pathname = `/${name}`;
    const db = createDatabase({ url: url.href, applicationName: 'bench', maxConnections: 4 });
    try {
      say(`move: seeding ${events} events of ${days} days, each with a descriptor`);
      await migrateAround(db, () => fill(db, events));
      const before = await sizeOf(db);
      const writer = createWriter(db);
      const idle = await writer.during(() => delay(1_000 * seconds, undefined, { signal: bed.signal }));
      say('move: moving, with as much rest as work');
      const started = performance.now();
      const meanwhile = await writer.during(() => moveAll(db, bed));
      const moved = (performance.now() - started) / 1_000;
      await checkRows(db, events + writer.added());
      const rows = 2 * events;
      const after = await sizeOf(db);
      const times = [
        { when: 'before', ...idle },
        { when: 'while moving', ...meanwhile },
      ];
      return {
        figures: {
          events,
          rows,
          seconds: moved,
          rowsPerSecond: rows / moved,
          bytes: { before, after },
          times,
        },
        lines: [
          `${events} events with a descriptor of 512 bytes each moved in ${round(moved, 1)} s, ${round(rows / moved, 0)} rows/s`,
          `${round(before / 1e6, 0)} MB before, ${round(after / 1e6, 0)} MB after`,
          'a writer that adds, changes and removes an event, one after the other',
          '',
          ...textTable(
            ['', 'writes', 'p50 ms', 'p99 ms', 'longest ms'],
            times.map(({ when, writes, p50Ms, p99Ms, longestMs }) => [when, writes, p50Ms, p99Ms, longestMs]),
          ),
        ],
      };
    } finally {
      await db.close();
      await bed.db.query(`drop database ${name} with (force)`);
    }
  },
};

async function fill(db: Database, events: number): Promise<void> {
  await db.query(`select ensure_descriptor_partition('event_descriptors', 1)`);
  const numbered = numberedEvents(Date.now() - days * dayMs, days * dayMs, events);
  await db.query(
    `${numbered} insert into events (event_id, account_id, source, tags, create_time, end_time, insert_time)
     select id, md5('account')::uuid, 'camera', array['tag'], t, t, t from numbered`,
  );
  await db.query(
    `${numbered} insert into event_descriptors (event_id, descriptor_version, descriptor_type, descriptor, create_time)
     select id, 1, 'face', decode(repeat(h, 32), 'hex'), t from numbered`,
  );
  await db.query('vacuum (analyze) events, event_descriptors');
}

/** As the leading worker does it: half of the time. */
async function moveAll(db: Database, { signal }: Bed): Promise<void> {
  const partitions = createEventPartitions(db, 1);
  for (let more = true; more;) {
    const began = performance.now();
    more = await partitions.move();
    if (more) await delay(performance.now() - began, undefined, { signal });
  }
}

function createWriter(db: Database) {
  let added = 0;
  const write = async (): Promise<void> => {
    const [id, gone] = [newId(), newId()];
    await db.query('insert into events (event_id, account_id) values ($1, $2), ($3, $2)', [
      id,
      newId(),
      gone,
    ]);
    await db.query(`update events set user_data = 'changed' where event_id = $1`, [id]);
    await db.query('delete from events where event_id = $1', [gone]);
    added += 1;
  };
  return {
    /** Rows that are there and were not before. */
    added: () => added,
    during: async (work: () => Promise<unknown>) => {
      const times: number[] = [];
      const over = new AbortController();
      const working = work().finally(() => {
        over.abort();
      });
      while (!over.signal.aborted) {
        const began = performance.now();
        await write();
        times.push(performance.now() - began);
      }
      await working;
      const at = (rank: number) => round(percentile(times, rank));
      return { writes: times.length, p50Ms: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
    },
  };
}

async function checkRows(db: Database, expected: number): Promise<void> {
  const [row] = await db.query<{ events: number; kind: string; partitions: number }>(
    `select (select count(*) from events) as events, (select relkind::text from pg_class where oid = 'events'::regclass) as kind,
       (select count(*) from event_partitions()) as partitions`,
  );
  if (row?.events !== expected || row.kind !== 'p' || row.partitions < days) {
    throw new Error(`not all is moved: ${JSON.stringify({ ...row, expected })}`);
  }
}

async function sizeOf(db: Database): Promise<number> {
  const [row] = await db.query<{ bytes: number }>('select pg_database_size(current_database()) as bytes');
  return row?.bytes ?? 0;
}

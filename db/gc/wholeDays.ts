import { isRehearsal, keepsAside, type EventsGc } from '../../domain/gc/gcContent.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Bound, Cut } from '../engine/partCut.ts';
import { everything } from '../selection/keyRange.ts';
import { gcSelection } from '../selection/selection.ts';
import { createBinds } from '../sql/conditions.ts';
import type { Sql } from '../sql/connection.ts';
import { truncate } from '../sql/truncate.ts';
import { keepCounts } from './removedRows.ts';

/** The partition of some days of `events`: what has a key from `low` to before `high`. */
interface Days {
  readonly partition: string;
  readonly low: string;
  readonly high: string;
}

/** Where the next step of a gc of events goes: whole days, or rows up to a key. */
export type NextDays =
  { readonly kind: 'whole'; readonly cut: Cut } | { readonly kind: 'rows'; readonly upTo: string | null };

// The first are emptied while the next are looked at: seven days of 333,333 events take 4.1 s so, and 4.8 s with eight at once.
const daysAtOnce = 2;
const idsOfChunk = 10_000;
// Rows that hang on events, outside of partitions, are marked dead one by one, in one transaction of up to half a minute.
const othersAtMost = 5_000_000;

/**
 * What comes after the task's cursor: days all of whose events the task selects, a part each, or rows until the next
 * days. Null: the task removes no events, or keeps them aside or in place.
 */
export async function nextDays(tx: Sql, task: EngineTask): Promise<NextDays | null> {
  if (task.kind !== 'gc') return null;
  const { content, planCursor, upperBound } = task;
  if (content.target !== 'events' || isRehearsal(content) || keepsAside(content)) return null;
  const ahead = (await partitionsOfDays(tx)).filter(({ low }) => planCursor === null || low > planCursor);
  const bounds: Bound[] = [];
  let cursor = planCursor;
  for (const days of ahead) {
    if (bounds.length === daysAtOnce) break;
    const whole = await countIfWhole(tx, days, content, upperBound);
    if (whole === 0) continue;
    const objects = whole !== null && (await hasTooManyOthers(tx, days, content)) ? null : whole;
    const isNext = objects !== null && !(await hasEvents(tx, cursor, days.low));
    if (!isNext && bounds.length > 0) break;
    if (!isNext) return { kind: 'rows', upTo: keyBefore(objects === null ? days.high : days.low) };
    cursor = keyBefore(days.high);
    bounds.push({ toKey: cursor, objects, keys: null });
  }
  if (bounds.length === 0) return { kind: 'rows', upTo: null };
  return { kind: 'whole', cut: { bounds, cursor, isLast: false, isSparse: false, isWhole: true } };
}

export interface EmptiedDays {
  readonly removed: number;
  /** Chunks of the result that were written. */
  readonly chunks: number;
  readonly samplesRemoved: number;
  readonly samplesLeft: number;
  /** Files that are still to be removed; each has a tombstone now. */
  readonly files: number;
}

/**
 * Removes the events of the part's days with all that hangs on them, while nobody writes to these. Their partitions are
 * emptied; what else hangs on them goes by one statement a table. Null: some are not the task's, or too much hangs on them.
 */
export async function emptyDays(tx: Sql, part: ClaimedPart, content: EventsGc): Promise<EmptiedDays | null> {
  const { toKey } = part.range;
  const days = (await partitionsOfDays(tx)).find(({ high }) => keyBefore(high) === toKey);
  if (days === undefined) return null;
  const versions = await descriptorsOf(tx, days);
  const partitions = [days.partition, ...versions.map(({ partition }) => partition)];
  await tx.query(`lock table ${partitions.join(', ')} in share mode`);
  const removed = await countIfWhole(tx, days, content, part.task.upperBound);
  if (removed === null) return null;
  const chunks = content.store_results ? await keepIds(tx, part, days) : 0;
  const samples = content.remove_samples
    ? await removeSamplesOf(tx, part, days)
    : { samplesRemoved: 0, samplesLeft: await countSamples(tx, days), files: 0 };
  const origins = await tx.execute(
    `delete from image_origins o using ${days.partition} e where o.owner_id = e.event_id and ${inDays('o.owner_id')}`,
    [days.low, days.high],
  );
  await keepCounts(tx, part, 'image_origins', [{ version: 0, rows: origins }]);
  const counts: { version: number; rows: number }[] = [];
  for (const { version, partition } of versions) {
    const [row] = await tx.query<{ rows: number }>(`select count(*) as rows from ${partition}`);
    counts.push({ version, rows: row?.rows ?? 0 });
  }
  await keepCounts(tx, part, 'event_descriptors', counts);
  await truncate(tx, partitions);
  return { removed, chunks, ...samples };
}

async function partitionsOfDays(tx: Sql): Promise<Days[]> {
  return tx.query<Days>(
    `select quote_ident(partition) as partition, low, high from event_partitions() where base = 'events' order by low`,
  );
}

async function descriptorsOf(tx: Sql, days: Days): Promise<{ version: number; partition: string }[]> {
  return tx.query(
    `select quote_ident(partition) as partition, substring(base from '\\d+$')::integer as version
     from event_partitions() where base <> 'events' and low = $1 and high = $2 order by version`,
    [days.low, days.high],
  );
}

/**
 * How many events the days have; null: some are not the task's, as the rows themselves say, or what hangs on them is not
 * to go like this. Conditions on times are looked at by their indexes, others row by row.
 */
async function countIfWhole(
  tx: Sql,
  days: Days,
  content: EventsGc,
  upperBound: string,
): Promise<number | null> {
  const binds = createBinds();
  const others = gcSelection(content, upperBound, everything, binds).conditions.map((condition) => {
    // Columns of times have no nulls; `is not true` would keep their indexes from being used.
    const other = isOfTime.test(condition) ? `not (${condition})` : `(${condition}) is not true`;
    return `exists (select from ${days.partition} e where ${other})`;
  });
  const [look] = await tx.query<{ mixed: boolean }>(`select ${others.join(' or ')} as mixed`, binds.values);
  if (look?.mixed !== false) return null;
  if (await isBoundElsewhere(tx, days, content)) return null;
  const [row] = await tx.query<{ count: number }>(`select count(*) from ${days.partition}`);
  return row?.count ?? 0;
}

const isOfTime = /^e\.(create|end|insert)_time (<|>=) \$\d+::timestamptz$/;

/** Image origins are removed at their addresses first, which a transaction cannot wait for; some descriptors have no days yet. */
async function isBoundElsewhere(tx: Sql, days: Days, content: EventsGc): Promise<boolean> {
  const [row] = await tx.query<{ bound: boolean }>(
    `select ${content.remove_image_origins} and exists (select from image_origins where ${inDays('owner_id')}) or exists (
       select from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = 'event_descriptors'::regclass and c.relkind = 'r') as bound`,
    [days.low, days.high],
  );
  return row?.bound !== false;
}

/** Counted once, before anybody is kept from writing: some more or less make no difference. */
async function hasTooManyOthers(tx: Sql, days: Days, content: EventsGc): Promise<boolean> {
  const tables = ['image_origins', ...(content.remove_samples ? ['samples'] : [])];
  const many = tables.map(
    (table) => `exists (select from ${table} where ${inDays('owner_id')} offset ${othersAtMost})`,
  );
  const [row] = await tx.query<{ many: boolean }>(`select ${many.join(' or ')} as many`, [
    days.low,
    days.high,
  ]);
  return row?.many !== false;
}

async function hasEvents(tx: Sql, after: string | null, before: string): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(
    `select exists (select from events where event_id < $1 ${after === null ? '' : 'and event_id > $2'}) as found`,
    after === null ? [before] : [before, after],
  );
  return row?.found === true;
}

/** The ids of the days as chunks of the result. */
async function keepIds(tx: Sql, part: ClaimedPart, days: Days): Promise<number> {
  return tx.execute(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids)
     select $1, $2, $3 + n / ${idsOfChunk}, count(*), array_agg(event_id order by event_id) from (
       select event_id, row_number() over (order by event_id) - 1 as n from ${days.partition}
     ) numbered group by n / ${idsOfChunk}`,
    [part.task.taskId, part.partNo, part.checkpoint.batches + 1],
  );
}

async function removeSamplesOf(tx: Sql, part: ClaimedPart, days: Days) {
  const [gone] = await tx.query<{ samples: number; files: number }>(
    `with gone as (
       delete from samples s using ${days.partition} e where s.owner_id = e.event_id and ${inDays('s.owner_id')}
       returning s.owner_id, s.storage_key
     ), buried as (
       insert into sample_tombstones (storage_key, task_id, part_no, object_id)
       select storage_key, $3::bigint, $4::integer, owner_id from gone where storage_key is not null
       on conflict do nothing returning 1
     )
     select (select count(*) from gone) as samples, (select count(*) from buried) as files`,
    [days.low, days.high, part.task.taskId, part.partNo],
  );
  const { samples, files } = gone ?? { samples: 0, files: 0 };
  return { samplesRemoved: samples - files, samplesLeft: 0, files };
}

async function countSamples(tx: Sql, days: Days): Promise<number> {
  const [left] = await tx.query<{ count: number }>(
    `select count(*) from samples s join ${days.partition} e on e.event_id = s.owner_id where ${inDays('s.owner_id')}`,
    [days.low, days.high],
  );
  return left?.count ?? 0;
}

/** $1 and $2 are the days' bounds. */
function inDays(column: string): string {
  return `${column} >= $1::uuid and ${column} < $2::uuid`;
}

/** The greatest key that is less. */
function keyBefore(key: string): string {
  const number = BigInt(`0x${key.replaceAll('-', '')}`) - 1n;
  return number
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

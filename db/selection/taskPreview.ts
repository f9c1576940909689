import type { TaskWork } from '../../domain/tasks/engineTask.ts';
import { keepsSamples } from '../../domain/gc/gcContent.ts';
import {
  estimateSeconds,
  type PreviewObject,
  type SamplesLeft,
  type TaskPreview,
} from '../../domain/tasks/preview.ts';
import { taskTypes } from '../../domain/tasks/task.ts';
import { askInTime } from '../sql/askInTime.ts';
import { createBinds } from '../sql/conditions.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { timeOf } from '../sql/databaseClock.ts';
import { everything } from './keyRange.ts';
import { orderedKeys } from './orderedKeys.ts';
import { selectionOf } from './selection.ts';
import { estimateRows } from './selectivity.ts';
import { refuseConflict } from '../tasks/versionConflicts.ts';

export interface PreviewLimits {
  /** So many objects are counted; more are estimated. */
  readonly exactUpTo: number;
  /** How long counting may take. */
  readonly countMs: number;
  /** How long each other question may take. */
  readonly questionMs: number;
}

// Together below a second, with the time that everything else needs.
const defaultLimits: PreviewLimits = { exactUpTo: 100_000, countMs: 300, questionMs: 100 };
const sampleSize = 10;

type Target = 'faces' | 'events' | 'face_descriptors' | 'event_descriptors' | 'samples';

const columns: Record<Target, string> = {
  faces: `'face' as kind, f.face_id "faceId", f.account_id "accountId", f.external_id "externalId",
    f.user_data "userData", f.create_time "createTime"`,
  events: `'event' as kind, e.event_id "eventId", e.account_id "accountId", e.source, e.track_id "trackId",
    e.external_id "externalId", e.user_data "userData", e.create_time "createTime"`,
  face_descriptors: `'faceDescriptor' as kind, d.face_id "faceId", d.descriptor_version "version",
    d.create_time "createTime"`,
  event_descriptors: `'eventDescriptor' as kind, d.event_id "eventId", d.descriptor_version "version",
    d.descriptor_type "type", d.create_time "createTime"`,
  samples: `'sample' as kind, s.owner_id "ownerId", s.create_time "createTime",
    array(select k.kind from samples k where k.owner_id = s.owner_id order by k.kind desc) "kinds"`,
};
const times: Record<Target, string> = {
  faces: 'f.create_time',
  events: 'e.create_time',
  face_descriptors: 'd.create_time',
  event_descriptors: 'd.create_time',
  samples: 's.create_time',
};

interface Found {
  readonly count: number;
  readonly isExact: boolean;
  readonly oldest: Date | null;
  readonly newest: Date | null;
  readonly keys: readonly string[];
}

export type TaskPreviews = ReturnType<typeof createTaskPreviews>;

/** Looks at what a task would deal with, by the same pieces of SQL that would plan and do it; changes nothing. */
export function createTaskPreviews(db: Database, limits: PreviewLimits = defaultLimits) {
  return {
    /**
     * `workAt` makes of the database's time what it would do; `forLater`: what stands against it now does not count.
     * @throws what `workAt` throws, and DomainError versionInUse as making the task would
     */
    preview: (workAt: (now: Date) => TaskWork, forLater = false): Promise<TaskPreview> =>
      db.transaction(async (tx) => {
        // Compiling a statement that ends after a few milliseconds takes longer than the statement.
        await tx.query(
          'set transaction isolation level repeatable read, read only; set local jit = off; set local lock_timeout = 400',
        );
        const work = workAt(await timeOf(tx));
        if (!forLater) await refuseConflict(tx, work);
        const { keys, ...found } = await find(tx, work, limits);
        const sample = await show(tx, work, keys);
        const samplesLeft = await countLeft(tx, work, found.isExact, limits);
        const rate = await recentRate(tx, work, limits);
        return { ...found, sample, samplesLeft, estimatedSeconds: estimateSeconds(found.count, rate) };
      }),
  };
}

/** As a task that is created now: PostgreSQL reads this word as the beginning of the transaction. */
function select(work: TaskWork) {
  const binds = createBinds();
  return {
    selection: selectionOf({ ...work, upperBound: 'now', isDefaultRemoved: false }, everything, binds),
    binds,
  };
}

async function find(tx: Sql, work: TaskWork, limits: PreviewLimits): Promise<Found> {
  const counted = await countAll(tx, work, limits);
  if (counted !== null && counted.count <= limits.exactUpTo) return { ...counted, isExact: true };
  return estimate(tx, work, limits, counted?.count ?? 0);
}

/**
 * Reads all of them once, up to one more than the limit; null: they are too far apart. Keys beside each other were often
 * made together, of one person: the hash spreads the sample over all.
 */
async function countAll(
  tx: Sql,
  work: TaskWork,
  limits: PreviewLimits,
): Promise<Omit<Found, 'isExact'> | null> {
  const { selection, binds } = select(work);
  const { from, key, conditions } = selection;
  const rows = await askInTime<Omit<Found, 'isExact'>>(
    tx,
    limits.countMs,
    `with few as materialized (
       select ${key} as key, ${times[targetOf(work)]} as time from ${from} where ${conditions.join(' and ')}
       limit ${limits.exactUpTo + 1}
     )
     select count(*), min(time) as oldest, max(time) as newest,
       array(select key::text from few order by uuid_hash(key) limit ${sampleSize}) as keys
     from few`,
    binds.values,
  );
  return rows?.[0] ?? null;
}

/** Many of them: an end of an index has the oldest, the newest and the first ones at once, or they stay untold. */
async function estimate(
  tx: Sql,
  work: TaskWork,
  { questionMs }: PreviewLimits,
  atLeast: number,
): Promise<Found> {
  const { selection, binds } = select(work);
  const { from, key, conditions } = selection;
  const time = times[targetOf(work)];
  const ask = <Row extends object>(sql: string) => askInTime<Row>(tx, questionMs, sql, binds.values);
  const endOf = (direction: 'asc' | 'desc', size: number) =>
    ask<{ key: string; time: Date }>(
      `select ${key} as key, ${time} as time from ${from} where ${conditions.join(' and ')}
       order by ${time} ${direction} limit ${size}`,
    );
  const count = Math.max(
    atLeast,
    await estimateRows(tx, from, conditions, binds.values),
    targetOf(work) === 'samples' ? await knownOwnerless(tx) : 0,
  );
  const oldest = await endOf('asc', sampleSize);
  const newest = await endOf('desc', 1);
  const first = await ask<{ key: string }>(orderedKeys(selection, sampleSize, { areFew: false }));
  return {
    ...{ count, isExact: false, oldest: oldest?.[0]?.time ?? null, newest: newest?.[0]?.time ?? null },
    // Where those that are selected have the last keys, the walk to the first of them takes too long.
    keys: (first ?? oldest ?? []).map((row) => row.key),
  };
}

/** Of rows that lack others statistics know little; these are counted all the time. */
async function knownOwnerless(tx: Sql): Promise<number> {
  const [row] = await tx.query<{ total: number | null }>('select total from ownerless_samples');
  return row?.total ?? 0;
}

/** Samples of what a task removes without them: counted where the objects are, else estimated. */
async function countLeft(
  tx: Sql,
  work: TaskWork,
  isExact: boolean,
  { countMs }: PreviewLimits,
): Promise<SamplesLeft | null> {
  if (work.kind !== 'gc' || !keepsSamples(work.content)) return null;
  const { selection, binds } = select(work);
  const { from, key, conditions } = selection;
  const joined = `${from} join samples left_over on left_over.owner_id = ${key}`;
  const counted = isExact
    ? await askInTime<{ count: number }>(
        tx,
        countMs,
        `select count(*) from ${joined} where ${conditions.join(' and ')}`,
        binds.values,
      )
    : null;
  if (counted !== null) return { count: counted[0]?.count ?? 0, isExact: true };
  return { count: await estimateRows(tx, joined, conditions, binds.values), isExact: false };
}

async function show(tx: Sql, work: TaskWork, keys: readonly string[]): Promise<PreviewObject[]> {
  if (keys.length === 0) return [];
  const { selection, binds } = select(work);
  const { from, key, conditions } = selection;
  const where = [...conditions, `${key} = any(${binds.add(keys)}::uuid[])`].join(' and ');
  return tx.query<PreviewObject>(
    `select ${columns[targetOf(work)]} from ${from} where ${where} order by ${key}`,
    binds.values,
  );
}

/**
 * Objects per second of the last tasks of this type that ended well and had no limit, on their running clocks: of
 * those with the same target if there are any. Keeping a result or not is a great difference for a whole version.
 */
async function recentRate(
  tx: Sql,
  { kind, content }: TaskWork,
  { questionMs }: PreviewLimits,
): Promise<number | null> {
  const field = kind === 'gc' ? 'target' : 'extraction_target';
  const target = kind === 'gc' ? content.target : content.extraction_target;
  const rows = await askInTime<{ rate: number | null }>(
    tx,
    questionMs,
    `with recent as (
       select task_id, objects_done, running_ms,
         content ->> $2::text = $3 and content ->> 'store_results' = $4 as "isAlike"
       from tasks
       where task_type = $1 and state = 'done' and objects_per_second is null
         and objects_done > 0 and running_ms > 0
       order by task_id desc limit 50
     ), alike as (
       select objects_done, running_ms from recent
       where "isAlike" = (select bool_or("isAlike") from recent)
       order by task_id desc limit 5
     )
     select (sum(objects_done) * 1000 / sum(running_ms))::double precision as rate from alike`,
    [
      kind === 'gc' ? taskTypes.gc : taskTypes.additionalExtract,
      field,
      target,
      String(content.store_results),
    ],
  );
  return rows?.[0]?.rate ?? null;
}

function targetOf(work: TaskWork): Target {
  return work.kind === 'gc' ? work.content.target : work.content.filters.objects_type;
}

import type { PreviewObject } from '../../../domain/tasks/preview.ts';
import { askInTime } from '../../sql/askInTime.ts';
import type { Sql } from '../../sql/connection.ts';
import { orderedKeys } from '../orderedKeys.ts';
import { estimateRows } from '../selectivity.ts';
import { select, targetOf, type PreviewedWork, type Target } from './previewedWork.ts';

const sampleSize = 10;

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

export interface Found {
  readonly count: number;
  readonly isExact: boolean;
  readonly oldest: Date | null;
  readonly newest: Date | null;
  readonly keys: readonly string[];
}

/** How many objects there are, since when, and some of them. */
export async function findObjects(previewed: PreviewedWork): Promise<Found> {
  const counted = await countAll(previewed);
  if (counted !== null && counted.count <= previewed.limits.exactUpTo) return { ...counted, isExact: true };
  return estimate(previewed, counted?.count ?? 0);
}

/**
 * Reads all of them once, up to one more than the limit; null: they are too far apart. Keys beside each other were often
 * made together, of one person: the hash spreads the sample over all.
 */
async function countAll(previewed: PreviewedWork): Promise<Omit<Found, 'isExact'> | null> {
  const { tx, limits } = previewed;
  const { selection, binds } = select(previewed);
  const { from, key, conditions } = selection;
  const rows = await askInTime<Omit<Found, 'isExact'>>(
    tx,
    limits.countMs,
    `with few as materialized (
       select ${key} as key, ${times[targetOf(previewed)]} as time from ${from} where ${conditions.join(' and ')}
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
async function estimate(previewed: PreviewedWork, atLeast: number): Promise<Found> {
  const { tx, limits } = previewed;
  const { selection, binds } = select(previewed);
  const { from, key, conditions } = selection;
  const time = times[targetOf(previewed)];
  const ask = <Row extends object>(sql: string) => askInTime<Row>(tx, limits.questionMs, sql, binds.values);
  const endOf = (direction: 'asc' | 'desc', size: number) =>
    ask<{ key: string; time: Date }>(
      `select ${key} as key, ${time} as time from ${from} where ${conditions.join(' and ')}
       order by ${time} ${direction} limit ${size}`,
    );
  const count = Math.max(
    atLeast,
    await estimateRows(tx, from, conditions, binds.values),
    targetOf(previewed) === 'samples' ? await knownOwnerless(tx) : 0,
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

/** The objects of these keys, as far as they are selected. */
export async function showObjects(
  previewed: PreviewedWork,
  keys: readonly string[],
): Promise<PreviewObject[]> {
  if (keys.length === 0) return [];
  const { selection, binds } = select(previewed);
  const { from, key, conditions } = selection;
  const where = [...conditions, `${key} = any(${binds.add(keys)}::uuid[])`].join(' and ');
  return previewed.tx.query<PreviewObject>(
    `select ${columns[targetOf(previewed)]} from ${from} where ${where} order by ${key}`,
    binds.values,
  );
}

/** All of them, however many; null: in `limitMs` they could not be counted. */
export async function countObjects(previewed: PreviewedWork, limitMs: number): Promise<number | null> {
  const { selection, binds } = select(previewed);
  const rows = await askInTime<{ count: number }>(
    previewed.tx,
    limitMs,
    `select count(*) from ${selection.from} where ${selection.conditions.join(' and ')}`,
    binds.values,
  );
  return rows?.[0]?.count ?? null;
}

import { keepsAside, type GcContent } from '../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import { createWithin, type KeyRange } from '../selection/keyRange.ts';
import { createBinds } from '../sql/conditions.ts';
import type { Sql } from '../sql/connection.ts';
import { asideTable } from './aside.ts';
import { OvertakenError } from '../sql/transientErrors.ts';

export interface SampleCounts {
  /** Whose samples went. */
  readonly owners: number;
  /** Samples that had no file, or whose file somebody else removes. */
  readonly removed: number;
  /** Files to remove after the commit; each has a tombstone now. */
  readonly storageKeys: string[];
}

/**
 * Removes the samples of a batch's objects, inside the batch's transaction. A file is counted when it is gone; until
 * then its tombstone says whose it was. Samples that can be put back keep their files, and none is counted: the purge
 * at the end of the undo window does that, and finds them aside. `ids` is SQL for the objects' keys, with the bind values of `chunk`.
 */
export async function removeSamples(
  tx: Sql,
  part: ClaimedPart,
  content: GcContent,
  ids: string,
  chunk: readonly unknown[],
): Promise<SampleCounts> {
  if (keepsAside(content)) return setSamplesAside(tx, part, ids, chunk);
  const at = chunk.length;
  const table = content.target === 'purge' ? asideTable(content.of, 'samples') : 'samples';
  const [gone] = await tx.query<{ owners: number; removed: number; storageKeys: string[] }>(
    `with gone as (delete from ${table} where owner_id = ${ids} returning owner_id, storage_key),
       buried as (
         insert into sample_tombstones (storage_key, task_id, part_no, object_id)
         select storage_key, $${at + 1}::bigint, $${at + 2}::integer, owner_id from gone where storage_key is not null
         on conflict do nothing returning 1
       )
     select count(distinct owner_id) as owners, count(*) - (select count(*) from buried) as removed,
       coalesce(array_agg(storage_key) filter (where storage_key is not null), '{}') as "storageKeys"
     from gone`,
    [...chunk, part.task.taskId, part.partNo],
  );
  return gone ?? { owners: 0, removed: 0, storageKeys: [] };
}

async function setSamplesAside(
  tx: Sql,
  part: ClaimedPart,
  ids: string,
  chunk: readonly unknown[],
): Promise<SampleCounts> {
  const [found] = await tx.query<{ owners: number }>(
    `with gone as (delete from samples where owner_id = ${ids} returning *),
       kept as (insert into ${asideTable(part.task.taskId, 'samples')} select * from gone)
     select count(distinct owner_id) as owners from gone`,
    chunk,
  );
  return { owners: found?.owners ?? 0, removed: 0, storageKeys: [] };
}

/** How many samples of a batch's objects stay without an owner. */
export async function countLeft(tx: Sql, ids: string, chunk: readonly unknown[]): Promise<number> {
  const [left] = await tx.query<{ count: number }>(
    `select count(*) from samples where owner_id = ${ids}`,
    chunk,
  );
  return left?.count ?? 0;
}

// Writers of faces and events that come meanwhile wait behind us as long; shorter than the search for deadlocks.
const lockTimeout = '500ms';

/**
 * The last look before samples without an owner go for good. No face or event is being written while it looks, and none
 * until the batch has committed: one that comes into being later finds no sample, but none is taken from under it. The
 * lock is held for some milliseconds of a batch.
 * @throws OvertakenError when an owner has come into being since the samples were selected
 */
export async function refuseOwned(
  tx: Sql,
  ids: string,
  chunk: readonly unknown[],
  range: KeyRange,
): Promise<void> {
  await tx.query(`set local lock_timeout = '${lockTimeout}'`);
  await tx.query('lock table faces, events in share mode');
  const binds = createBinds(chunk);
  const within = createWithin(range, binds);
  const has = (table: string, key: string) =>
    `exists (select from ${table} where ${[`${key} = ${ids}`, ...within(key)].join(' and ')})`;
  const [owned] = await tx.query<{ found: boolean }>(
    `select ${has('faces', 'face_id')} or ${has('events', 'event_id')} as found`,
    binds.values,
  );
  if (owned?.found === true) throw new OvertakenError('an owner came into being for a selected sample');
}

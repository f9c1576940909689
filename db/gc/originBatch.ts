import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { OriginOutcome, OriginRemoval } from '../../domain/gc/originRemoval.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';
import { objectTypeOf } from './fileSettling.ts';
import { overcomeErrors, recordObjectErrors } from '../engine/taskErrorStore.ts';

export interface SettledOrigin {
  readonly removal: OriginRemoval;
  readonly outcome: OriginOutcome;
}

/** How a part's counters change when origins are settled. */
export interface OriginCounts {
  readonly originsRemoved: number;
  readonly done: number;
  readonly failed: number;
}

/**
 * Moves the origins of a batch's removed objects into the outbox, inside the batch's transaction. Their objects are
 * neither done nor in the result until each origin is settled. `ids` is SQL for the objects' keys, with the bind
 * values of `chunk`.
 * @returns how many objects wait for their origins
 */
export async function buryOrigins(tx: Sql, ids: string, chunk: readonly unknown[]): Promise<number> {
  const [buried] = await tx.query<{ count: number }>(
    `with gone as (delete from image_origins where owner_id = ${ids} returning owner_id, origin_no, url),
       buried as (
         insert into origin_removals (task_id, part_no, object_id, origin_no, url)
         select $1::bigint, $2::integer, owner_id, origin_no, url from gone
       )
     select count(distinct owner_id) as count from gone`,
    chunk,
  );
  const waiting = buried?.count ?? 0;
  if (waiting > 0) await leaveOutOfResult(tx, chunk);
  return waiting;
}

async function leaveOutOfResult(tx: Sql, chunk: readonly unknown[]): Promise<void> {
  const [left] = await tx.query<{ count: number }>(
    `update task_result_chunks c set ids = kept.ids, count = cardinality(kept.ids)
     from (
       select coalesce(array_agg(id order by place), '{}') as ids
       from task_result_chunks, unnest(ids) with ordinality u (id, place)
       where task_id = $1 and part_no = $2 and seq = $3
         and not exists (select from origin_removals o where o.task_id = $1 and o.object_id = u.id)
     ) kept
     where task_id = $1 and part_no = $2 and seq = $3
     returning count`,
    chunk,
  );
  if (left?.count !== 0) return;
  await tx.query('delete from task_result_chunks where task_id = $1 and part_no = $2 and seq = $3', chunk);
}

/** Writes what became of origins, and closes the books of each object whose last origin is settled by it. */
export async function settleOrigins(
  tx: Sql,
  part: ClaimedPart,
  content: GcContent,
  settled: readonly SettledOrigin[],
): Promise<OriginCounts> {
  if (settled.length === 0) return { originsRemoved: 0, done: 0, failed: 0 };
  const originsRemoved = await removeRows(tx, part, settled);
  await keepUnremoved(tx, part, settled);
  const objects = await closedObjects(tx, part, settled);
  const done = objects.filter(({ refused, fileError }) => refused === 0 && fileError === null);
  const failed = objects.filter(({ refused, fileError }) => refused > 0 || fileError !== null);
  await overcomeErrors(tx, part, idsOf(done.filter(({ wasOpen }) => wasOpen)));
  await recordObjectErrors(
    tx,
    part,
    objectTypeOf(content),
    failed.map(({ objectId, refused, lastError, fileError }) =>
      refused === 0
        ? { objectId, error: 'sampleNotRemoved', detail: fileError ?? '' }
        : {
            objectId,
            error: 'originNotRemoved',
            detail: refused === 1 ? lastError : `${lastError}; ${refused} origins in all`,
          },
    ),
  );
  if (content.store_results && done.length > 0) {
    await tx.query(
      `insert into task_result_chunks (task_id, part_no, seq, count, ids)
       values ($1, $2, $3, cardinality($4::uuid[]), $4::uuid[])`,
      [part.task.taskId, part.partNo, part.checkpoint.batches + 1, idsOf(done)],
    );
  }
  return {
    originsRemoved,
    done: done.length,
    failed: failed.filter(({ wasOpen }) => !wasOpen).length - done.filter(({ wasOpen }) => wasOpen).length,
  };
}

async function removeRows(tx: Sql, part: ClaimedPart, settled: readonly SettledOrigin[]): Promise<number> {
  const removed = settled.filter(({ outcome }) => outcome.kind === 'removed').map(({ removal }) => removal);
  const [gone] = await tx.query<{ count: number }>(
    `with gone as (
       delete from origin_removals o using unnest($2::uuid[], $3::integer[]) x (object_id, origin_no)
       where o.task_id = $1 and o.object_id = x.object_id and o.origin_no = x.origin_no returning 1
     ) select count(*) from gone`,
    [part.task.taskId, idsOf(removed), removed.map(({ originNo }) => originNo)],
  );
  return gone?.count ?? 0;
}

async function keepUnremoved(tx: Sql, part: ClaimedPart, settled: readonly SettledOrigin[]): Promise<void> {
  const kept = settled.flatMap(({ removal, outcome }) =>
    outcome.kind === 'removed'
      ? []
      : [{ ...removal, reason: outcome.reason, afterMs: outcome.kind === 'again' ? outcome.afterMs : null }],
  );
  if (kept.length === 0) return;
  await tx.query(
    `update origin_removals o set state = case when x.after_ms is null then 'refused' else 'pending' end,
       attempts = o.attempts + 1, last_error = x.reason,
       next_attempt_time = clock_timestamp() + make_interval(secs => coalesce(x.after_ms, 0) / 1000.0)
     from unnest($2::uuid[], $3::integer[], $4::text[], $5::integer[]) x (object_id, origin_no, reason, after_ms)
     where o.task_id = $1 and o.object_id = x.object_id and o.origin_no = x.origin_no`,
    [
      part.task.taskId,
      idsOf(kept),
      kept.map(({ originNo }) => originNo),
      kept.map(({ reason }) => reason),
      kept.map(({ afterMs }) => afterMs),
    ],
  );
}

interface ClosedObject {
  readonly objectId: string;
  readonly refused: number;
  readonly lastError: string;
  /** Why the file of a sample of it is still there; null: none is. */
  readonly fileError: string | null;
  /** Whether it counts as failed already, from before a retry. */
  readonly wasOpen: boolean;
}

/** Of the objects whose origins were just settled, those that wait for no other one. */
async function closedObjects(
  tx: Sql,
  part: ClaimedPart,
  settled: readonly SettledOrigin[],
): Promise<ClosedObject[]> {
  return tx.query<ClosedObject>(
    `select x.object_id as "objectId", count(o.origin_no) as refused,
       coalesce((array_agg(o.last_error order by o.origin_no))[1], '') as "lastError",
       (select min(f.last_error) from sample_tombstones f where f.task_id = $1 and f.part_no = $3
         and f.object_id = x.object_id and f.state = 'refused') as "fileError",
       exists (select from task_errors e where e.task_id = $1 and e.object_id = x.object_id
         and e.overcome_time is null) as "wasOpen"
     from (select distinct unnest($2::uuid[]) as object_id) x
     left join origin_removals o on o.task_id = $1 and o.object_id = x.object_id
     group by x.object_id having count(*) filter (where o.state = 'pending') = 0
     order by x.object_id`,
    [part.task.taskId, idsOf(settled.map(({ removal }) => removal)), part.partNo],
  );
}

function idsOf(objects: readonly { readonly objectId: string }[]): string[] {
  return objects.map(({ objectId }) => objectId);
}

import { errorTable } from '../../domain/errors.ts';
import type { FileOutcome } from '../../domain/gc/originRemoval.ts';
import { objectsOf, type GcContent, type RemovalContent } from '../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';
import { overcomeErrors, recordObjectErrors, type ErrorPlace } from '../engine/taskErrorStore.ts';

/** The part that removed the rows of some files; its row is locked. */
export interface FilePart extends ErrorPlace {
  readonly content: GcContent;
  readonly batches: number;
}

/** How a part's counters change when files are settled. */
export interface FileCounts {
  readonly samplesRemoved: number;
  readonly done: number;
  readonly failed: number;
  readonly batches: number;
}

const objectTypes = {
  faces: 'face',
  events: 'event',
  samples: 'sample',
  face_descriptors: 'face',
  event_descriptors: 'event',
} as const satisfies Record<RemovalContent['target'], string>;

export function objectTypeOf(content: GcContent): (typeof objectTypes)[RemovalContent['target']] {
  return objectTypes[objectsOf(content)];
}

/**
 * Writes what became of files, in the part's counters too. An object is done when its rows are gone; a file that
 * resists makes it a failed one, and a done one again when the last of its files is gone. Those with image origins to
 * remove are judged when these are settled.
 */
export async function settleFiles(
  tx: Sql,
  part: FilePart,
  outcomes: readonly FileOutcome[],
): Promise<FileCounts> {
  const refused = outcomes.flatMap(({ storageKey, refusal }) =>
    refusal === null ? [] : [{ storageKey, refusal }],
  );
  const goneKeys = outcomes.flatMap(({ storageKey, refusal }) => (refusal === null ? [storageKey] : []));
  const fallen = refused.length === 0 ? 0 : await refuse(tx, part, refused);
  const gone = await bury(tx, part, goneKeys);
  const risen = gone.tried.length === 0 ? 0 : await closeErrors(tx, part, gone.tried);
  const counts: FileCounts = {
    samplesRemoved: gone.count,
    done: risen - fallen,
    failed: fallen - risen,
    batches: risen > 0 && part.content.store_results ? 1 : 0,
  };
  // A part that is done may stand in its task's sums already.
  await tx.query(
    `with part as (
       update subtasks set samples_removed = samples_removed + $3, done = done + $4, failed = failed + $5,
         batches = batches + $6, last_update_time = clock_timestamp()
       where task_id = $1 and part_no = $2 returning folded
     )
     update task_sums k set samples_removed = k.samples_removed + $3, done = k.done + $4, failed = k.failed + $5
     from part where k.task_id = $1 and part.folded`,
    [part.task.taskId, part.partNo, counts.samplesRemoved, counts.done, counts.failed, counts.batches],
  );
  return counts;
}

/** Whether files or image origins of the part are still to be tried: it ends only after them. */
export async function hasPending(tx: Sql, part: ClaimedPart): Promise<boolean> {
  const ofPart = `where task_id = $1 and part_no = $2 and state = 'pending'`;
  const [row] = await tx.query<{ pending: boolean }>(
    `select exists (select from sample_tombstones ${ofPart}) or exists (select from origin_removals ${ofPart}) as pending`,
    [part.task.taskId, part.partNo],
  );
  return row?.pending === true;
}

/** Removes the tombstones of files that are gone. A row is counted by whoever removes it. */
async function bury(
  tx: Sql,
  { task, partNo }: FilePart,
  storageKeys: readonly string[],
): Promise<{ count: number; tried: string[] }> {
  const [gone] = await tx.query<{ count: number; tried: string[] }>(
    `with gone as (
       delete from sample_tombstones where storage_key = any($3::text[]) and task_id = $1 and part_no = $2
       returning object_id, attempts
     )
     select count(*), coalesce(array_agg(distinct object_id) filter (where attempts > 0), '{}') as tried from gone`,
    [task.taskId, partNo, storageKeys],
  );
  return gone ?? { count: 0, tried: [] };
}

/** Closes the errors of objects none of whose files is left. @returns how many are done now */
async function closeErrors(tx: Sql, part: FilePart, objectIds: readonly string[]): Promise<number> {
  const closed = await tx.query<{ id: string }>(
    `select e.object_id as id from task_errors e
     where e.task_id = $1 and e.object_id = any($3::uuid[]) and e.error_code = $4 and e.overcome_time is null
       and not exists (select from sample_tombstones x
         where x.task_id = $1 and x.part_no = $2 and x.object_id = e.object_id)
       and not exists (select from origin_removals o where o.task_id = $1 and o.object_id = e.object_id)`,
    [part.task.taskId, part.partNo, objectIds, errorTable.sampleNotRemoved.code],
  );
  const ids = closed.map(({ id }) => id);
  await overcomeErrors(tx, part, ids);
  if (part.content.store_results && ids.length > 0) {
    await tx.query(
      `insert into task_result_chunks (task_id, part_no, seq, count, ids)
       values ($1, $2, $3, cardinality($4::uuid[]), $4::uuid[])`,
      [part.task.taskId, part.partNo, part.batches + 1, ids],
    );
  }
  return ids.length;
}

/** Remembers why files are still there. @returns how many objects count as failed now that were done */
async function refuse(
  tx: Sql,
  part: FilePart,
  refused: readonly { readonly storageKey: string; readonly refusal: string }[],
): Promise<number> {
  const objects = await tx.query<{ objectId: string; detail: string; isOpen: boolean }>(
    `with kept as (
       update sample_tombstones x set state = 'refused', attempts = x.attempts + 1, last_error = r.refusal,
         next_attempt_time = clock_timestamp() + ${waitAfter('x.attempts')}
       from unnest($3::text[], $4::text[]) r (storage_key, refusal)
       where x.storage_key = r.storage_key and x.task_id = $1 and x.part_no = $2
       returning x.object_id, x.last_error
     )
     select object_id as "objectId", min(last_error) as detail,
       exists (select from task_errors e where e.task_id = $1 and e.object_id = kept.object_id
         and e.overcome_time is null) as "isOpen"
     from kept
     where not exists (select from origin_removals o where o.task_id = $1 and o.object_id = kept.object_id)
     group by object_id`,
    [
      ...[part.task.taskId, part.partNo],
      ...[refused.map(({ storageKey }) => storageKey), refused.map(({ refusal }) => refusal)],
    ],
  );
  await recordObjectErrors(
    tx,
    part,
    objectTypeOf(part.content),
    objects.map(({ objectId, detail }) => ({ objectId, error: 'sampleNotRemoved', detail })),
  );
  const fallen = objects.filter(({ isOpen }) => !isOpen).map(({ objectId }) => objectId);
  if (part.content.store_results && fallen.length > 0) await takeOutOfResult(tx, part, fallen);
  return fallen.length;
}

/** From a minute to an hour: a file that resists is seldom freed, and thousands of them must not keep the sweep busy. */
export function waitAfter(attempts: string): string {
  return `interval '1 minute' * least(60, power(2, least(${attempts}, 6)))`;
}

async function takeOutOfResult(tx: Sql, { task, partNo }: FilePart, ids: readonly string[]): Promise<void> {
  await tx.query(
    `update task_result_chunks c set ids = kept.ids, count = cardinality(kept.ids)
     from (
       select seq, coalesce(array_agg(id order by place) filter (where id <> all ($3::uuid[])), '{}') as ids
       from task_result_chunks, unnest(ids) with ordinality u (id, place)
       where task_id = $1 and part_no = $2 and ids && $3::uuid[]
       group by seq
     ) kept
     where c.task_id = $1 and c.part_no = $2 and c.seq = kept.seq`,
    [task.taskId, partNo, ids],
  );
  await tx.query('delete from task_result_chunks where task_id = $1 and part_no = $2 and count = 0', [
    task.taskId,
    partNo,
  ]);
}

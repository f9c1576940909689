import type { ClaimedPart } from '../domain/tasks/parts.ts';
import type { GcContent } from '../domain/tasks/gcContent.ts';
import { createBinds } from './binds.ts';
import type { Sql } from './connection.ts';
import { gcSelection } from './selection.ts';

export interface RemovedBatch {
  readonly removed: number;
  /** The last key of the batch; null: nothing was left in the part's range. */
  readonly lastKey: string | null;
  /** Whether the range may hold more. */
  readonly more: boolean;
  readonly samplesRemoved: number;
  readonly originsRemoved: number;
  /** Files to remove after the commit; each has a tombstone now. */
  readonly storageKeys: string[];
}

interface Target {
  readonly table: string;
  readonly key: string;
  /** Tables whose rows go with their owner: name and the column that leads their primary key. */
  readonly children: readonly (readonly [table: string, owner: string])[];
}

const targets: Record<GcContent['target'], Target> = {
  faces: {
    table: 'faces f',
    key: 'f.face_id',
    children: [
      ['attributes', 'face_id'],
      ['list_faces', 'face_id'],
      ['face_descriptors', 'face_id'],
    ],
  },
  events: { table: 'events e', key: 'e.event_id', children: [['event_descriptors', 'event_id']] },
  face_descriptors: { table: 'face_descriptors d', key: 'd.face_id', children: [] },
  event_descriptors: { table: 'event_descriptors d', key: 'd.event_id', children: [] },
};

/**
 * Removes the next `size` selected objects of the part with everything that hangs on them, inside the batch's
 * transaction. Set-based: the parents' ids stay in the server as one array (the batch's result chunk) and each child
 * table follows with `= any(array)`. The statements must stay separate: a child row that was committed while the
 * parent's lock was waited for is seen only by a later statement's snapshot.
 */
export async function removeBatch(
  tx: Sql,
  part: ClaimedPart,
  content: GcContent,
  size: number,
): Promise<RemovedBatch> {
  const target = targets[content.target];
  const binds = createBinds();
  const selection = gcSelection(content, part.task.upperBound, binds);
  const { cursor } = part.checkpoint;
  const range = [
    ...(cursor === null ? [] : [`${target.key} > ${binds.add(cursor)}::uuid`]),
    `${target.key} <= ${binds.add(part.range.toKey)}::uuid`,
  ];
  const bound = await findBound(
    tx,
    [...selection.conditions, ...range].join(' and '),
    target,
    binds.values,
    size,
  );
  if (bound === null) return { removed: 0, lastKey: null, more: false, ...nothingElse };

  const chunk = [part.task.taskId, part.partNo, part.checkpoint.batches + 1];
  const where = [...selection.conditions, ...range, `${target.key} <= ${binds.add(bound.lastKey)}::uuid`];
  const places = chunk.map((value) => binds.add(value));
  const [stored] = await tx.query<{ count: number }>(
    `with gone as (delete from ${target.table} where ${where.join(' and ')} returning ${target.key} as id)
     insert into task_result_chunks (task_id, part_no, seq, count, ids)
     select ${places[0]}::bigint, ${places[1]}::integer, ${places[2]}::integer, count(*), array_agg(id)
     from gone having count(*) > 0
     returning count`,
    binds.values,
  );
  const removed = stored?.count ?? 0;
  const rest = removed === 0 ? nothingElse : await removeChildren(tx, part, content, chunk);
  return { removed, lastKey: bound.lastKey, more: bound.objects === size, ...rest };
}

const nothingElse = { samplesRemoved: 0, originsRemoved: 0, storageKeys: [] as string[] };

/** The key of the `size`-th selected object, so that the delete itself has a plain range and needs no sort. */
async function findBound(
  tx: Sql,
  where: string,
  target: Target,
  values: readonly unknown[],
  size: number,
): Promise<{ lastKey: string; objects: number } | null> {
  const [row] = await tx.query<{ lastKey: string; objects: number }>(
    `select key as "lastKey", row_no as objects from (
       select key, row_number() over (order by key) as row_no from (
         select ${target.key} as key from ${target.table} where ${where} order by ${target.key} limit ${size}
       ) next
     ) numbered order by row_no desc limit 1`,
    values,
  );
  return row ?? null;
}

async function removeChildren(
  tx: Sql,
  part: ClaimedPart,
  content: GcContent,
  chunk: readonly unknown[],
): Promise<typeof nothingElse> {
  const ids =
    'any((select ids from task_result_chunks where task_id = $1 and part_no = $2 and seq = $3)::uuid[])';
  const result = { ...nothingElse };
  for (const [table, owner] of targets[content.target].children) {
    await tx.query(`delete from ${table} where ${owner} = ${ids}`, chunk);
  }
  if (content.target === 'faces' || content.target === 'events') {
    const [origins] = await tx.query<{ count: number }>(
      `with gone as (delete from image_origins where owner_id = ${ids} returning 1) select count(*) from gone`,
      chunk,
    );
    if (content.remove_image_origins) result.originsRemoved = origins?.count ?? 0;
    if (content.remove_samples) Object.assign(result, await removeSamples(tx, ids, chunk, part.task.taskId));
  }
  if (!content.store_results) {
    await tx.query('delete from task_result_chunks where task_id = $1 and part_no = $2 and seq = $3', chunk);
  }
  return result;
}

async function removeSamples(
  tx: Sql,
  ids: string,
  chunk: readonly unknown[],
  taskId: number,
): Promise<{ samplesRemoved: number; storageKeys: string[] }> {
  const [gone] = await tx.query<{ count: number; keys: string[] }>(
    `with gone as (delete from samples where owner_id = ${ids} returning storage_key),
       buried as (
         insert into sample_tombstones (storage_key, task_id)
         select storage_key, $4::bigint from gone where storage_key is not null
         on conflict do nothing
       )
     select count(*), coalesce(array_agg(storage_key) filter (where storage_key is not null), '{}') as keys from gone`,
    [...chunk, taskId],
  );
  return { samplesRemoved: gone?.count ?? 0, storageKeys: gone?.keys ?? [] };
}

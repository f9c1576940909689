import type { RemovalContent, UndoContent } from '../../domain/gc/gcContent.ts';
import type { Sql } from '../sql/connection.ts';
import { OvertakenError } from '../sql/transientErrors.ts';
import { asideTables, type AsideTable } from './aside.ts';

/**
 * Puts the rows of a batch's objects back, inside the batch's transaction. An object that is there again, or whose face
 * or event is gone, is left aside and told. `ids` is SQL for the objects' keys, with the bind values of `chunk`.
 * @returns how many are back
 * @throws OvertakenError when an object came into being since it was looked for
 */
export async function restoreObjects(
  tx: Sql,
  content: UndoContent,
  ids: string,
  chunk: readonly unknown[],
  selected: number,
): Promise<number> {
  const [main, ...children] = await asideTables(tx, content.of, content.objects);
  if (main === undefined) throw new Error(`nothing of task ${content.of} is kept aside`);
  const wanted = selected - (await leaveAside(tx, content, ids, chunk));
  if (wanted === 0) return 0;
  const { back, taken } = await moveBack(tx, main, ids, chunk);
  if (back !== taken) throw new OvertakenError(`${taken - back} of ${taken} rows had come into being`);
  // What has come to be of a gone object meanwhile stays as it is.
  for (const child of children) await moveBack(tx, child, ids, chunk);
  return wanted;
}

/** Nobody else changes what is aside while the task is open: two statements find the same rows there. */
async function moveBack(
  tx: Sql,
  { original, aside, owner, columns }: AsideTable,
  ids: string,
  chunk: readonly unknown[],
): Promise<{ back: number; taken: number }> {
  const back = await tx.execute(
    `insert into ${original} (${columns}) select ${columns} from ${aside} where ${owner} = ${ids}
     on conflict do nothing`,
    chunk,
  );
  return { back, taken: await tx.execute(`delete from ${aside} where ${owner} = ${ids}`, chunk) };
}

const again = (table: string, ...conditions: string[]) =>
  `when exists (select from ${table} x where ${conditions.join(' and ')}) then 'it exists again'`;

/** Why an object `w.id` cannot be put back, as the branches of a case. */
const reasons: Readonly<Record<RemovalContent['target'], string>> = {
  faces: again('faces', 'x.face_id = w.id'),
  events: again('events', 'x.event_id = w.id'),
  samples: again('samples', 'x.owner_id = w.id'),
  face_descriptors: `when not exists (select from faces f where f.face_id = w.id) then 'its face is gone'
    ${again('face_descriptors', 'x.face_id = w.id', 'x.descriptor_version = $4')}`,
  event_descriptors: `when not exists (select from events e where e.event_id = w.id) then 'its event is gone'
    ${again('event_descriptors', 'x.event_id = w.id', 'x.descriptor_version = $4', 'x.descriptor_type = $5')}`,
};

/** Takes objects that cannot be put back out of the batch's list. @returns how many */
async function leaveAside(
  tx: Sql,
  content: UndoContent,
  ids: string,
  chunk: readonly unknown[],
): Promise<number> {
  const { objects } = content;
  await holdOwners(tx, objects, ids, chunk);
  const version = [
    ...(objects.endsWith('_descriptors') ? [content.descriptor_version] : []),
    ...(objects === 'event_descriptors' ? [content.descriptor_type] : []),
  ];
  const count = await tx.execute(
    `insert into undo_skips (task_id, part_no, object_id, reason)
     select $1::bigint, $2::integer, id, reason from (
       select w.id, case ${reasons[objects]} end as reason
       from (select unnest(ids) as id from task_result_chunks where task_id = $1 and part_no = $2 and seq = $3) w
     ) judged where reason is not null
     on conflict (task_id, object_id) do update set reason = excluded.reason`,
    [...chunk, ...version],
  );
  if (count === 0) return 0;
  await tx.query(
    `update task_result_chunks c set ids = kept.ids, count = cardinality(kept.ids)
     from (
       select coalesce(array_agg(id order by place), '{}') as ids
       from task_result_chunks, unnest(ids) with ordinality u (id, place)
       where task_id = $1 and part_no = $2 and seq = $3
         and not exists (select from undo_skips s where s.task_id = $1 and s.object_id = u.id)
     ) kept
     where c.task_id = $1 and c.part_no = $2 and c.seq = $3`,
    chunk,
  );
  return count;
}

/** Until the batch commits, nobody removes the faces or events whose descriptors come back. */
async function holdOwners(
  tx: Sql,
  objects: RemovalContent['target'],
  ids: string,
  chunk: readonly unknown[],
): Promise<void> {
  if (objects !== 'face_descriptors' && objects !== 'event_descriptors') return;
  const [table, key] = objects === 'face_descriptors' ? ['faces', 'face_id'] : ['events', 'event_id'];
  await tx.query(
    `select count(*) from (select from ${table} where ${key} = ${ids} order by ${key} for key share) held`,
    chunk,
  );
}

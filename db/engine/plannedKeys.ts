import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Binds } from '../sql/conditions.ts';
import type { Sql } from '../sql/connection.ts';

// A batch's read unpacks a row or two, however long the part is.
const keysPerRow = 500;

/** Writes down which objects parts are for: their keys as the text of an array, in order. */
export async function keepPlannedKeys(
  tx: Sql,
  taskId: number,
  parts: readonly { readonly partNo: number; readonly keys: string }[],
): Promise<void> {
  for (const { partNo, keys } of parts) {
    await tx.query(
      `insert into planned_keys (task_id, part_no, to_key, keys)
       select $1::bigint, $2::integer, (array_agg(key order by key))[count(*)], array_agg(key order by key)
       from unnest($3::uuid[]) with ordinality as planned (key, n)
       group by (n - 1) / ${keysPerRow}`,
      [taskId, partNo, keys],
    );
  }
}

/** The statement that finds the keys of the part's next `size` planned objects. */
export function plannedKeysAfter(
  part: ClaimedPart,
  cursor: string | null,
  size: number,
  binds: Binds,
): string {
  const after = cursor === null ? null : `${binds.add(cursor)}::uuid`;
  return `select key from planned_keys p, unnest(p.keys) key
    where p.task_id = ${binds.add(part.task.taskId)} and p.part_no = ${binds.add(part.partNo)}
      ${after === null ? '' : `and p.to_key > ${after} and key > ${after}`}
    order by p.to_key, key limit ${size}`;
}

/** False: the part was planned by a release before migration 0026, and is walked by its range. */
export async function hasPlannedKeys(db: Sql, part: ClaimedPart): Promise<boolean> {
  const rows = await db.query('select from planned_keys where task_id = $1 and part_no = $2 limit 1', [
    part.task.taskId,
    part.partNo,
  ]);
  return rows.length > 0;
}

/** Once the part is walked nobody reads them again: what a retry does anew are its errors. */
export async function forgetPlannedKeys(tx: Sql, part: ClaimedPart): Promise<void> {
  await tx.query('delete from planned_keys where task_id = $1 and part_no = $2', [
    part.task.taskId,
    part.partNo,
  ]);
}

import type { RemovalContent } from '../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { Sql } from '../sql/connection.ts';
import { childRemovalOf } from './aside.ts';

/** Removes rows that hang on a batch's objects, and keeps their number for certificates, in the batch's transaction. */
export async function removeRows(
  tx: Sql,
  part: ClaimedPart,
  content: RemovalContent,
  of: { readonly table: string; readonly where: string },
  chunk: readonly unknown[],
): Promise<void> {
  const counts = await tx.query<VersionRows>(childRemovalOf(part, content, of), chunk);
  await keepCounts(tx, part, of.table, counts);
}

/** Rows of a table; of descriptors by version, of others of version 0. */
interface VersionRows {
  readonly version: number;
  readonly rows: number;
}

/** Adds to what certificates say that a part has removed of a table. */
export async function keepCounts(
  tx: Sql,
  part: ClaimedPart,
  table: string,
  all: readonly VersionRows[],
): Promise<void> {
  const counts = all.filter(({ rows }) => rows > 0);
  if (counts.length === 0) return;
  await tx.query(
    `insert into removed_rows (task_id, part_no, kind, version, rows)
     select $1, $2, $3, version, rows from unnest($4::integer[], $5::bigint[]) as of (version, rows)
     on conflict (task_id, part_no, kind, version) do update set rows = removed_rows.rows + excluded.rows`,
    [
      part.task.taskId,
      part.partNo,
      table,
      counts.map(({ version }) => version),
      counts.map(({ rows }) => rows),
    ],
  );
}

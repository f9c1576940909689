import type { Sql } from '../sql/connection.ts';

export type BlockCounts = ReturnType<typeof createBlockCounts>;

/** The counts by blocks of ids, as far as they need care: each change adds a row, and somebody has to add them up. */
export function createBlockCounts(db: Sql) {
  return {
    /**
     * Merges what can be merged; answers how many rows that were. One statement a table: whoever reads meanwhile sees
     * either the differences or their sum.
     */
    merge: async (): Promise<number> =>
      (await mergeRows(db, 'task_blocks', 'block, task_type, task_status')) +
      (await mergeRows(db, 'task_error_blocks', 'task_id, block, task_type, error_code')) +
      (await mergeRows(db, 'audit_blocks', 'block')),
  };
}

async function mergeRows(db: Sql, table: string, cell: string): Promise<number> {
  const [row] = await db.query<{ merged: number }>(
    `with several as (
       select unnest(array_agg(entry_id)) entry_id from ${table} group by ${cell} having count(*) > 1
     ), gone as (
       delete from ${table} where entry_id in (select entry_id from several) returning ${cell}, items
     ), kept as (
       insert into ${table} (${cell}, items)
       select ${cell}, sum(items) from gone group by ${cell} having sum(items) <> 0
     )
     select count(*) merged from gone`,
  );
  return row?.merged ?? 0;
}

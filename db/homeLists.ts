import type { Sql } from './connection.ts';

export type HomeLists = ReturnType<typeof createHomeLists>;

/** Which tasks the home page and the live streams show: their ids, newest first. */
export function createHomeLists(db: Sql) {
  const idsOf = async (sql: string, binds: readonly unknown[]): Promise<number[]> => {
    const rows = await db.query<{ taskId: number }>(sql, binds);
    return rows.map(({ taskId }) => taskId);
  };
  return {
    /** Tasks that are not final. */
    openTasks: (limit: number): Promise<number[]> =>
      idsOf(
        `select task_id "taskId" from tasks where state not in ('cancelled', 'failed', 'done')
         order by task_id desc limit $1`,
        [limit],
      ),

    /** Those that ended last come first. */
    endedTasks: (limit: number): Promise<number[]> =>
      idsOf(`select task_id "taskId" from tasks where end_time is not null order by end_time desc limit $1`, [
        limit,
      ]),

    endedSince: (time: Date, limit: number): Promise<number[]> =>
      idsOf(`select task_id "taskId" from tasks where end_time >= $1 order by end_time desc limit $2`, [
        time,
        limit,
      ]),

    newestTasks: (limit: number): Promise<number[]> =>
      idsOf(`select task_id "taskId" from tasks order by task_id desc limit $1`, [limit]),
  };
}

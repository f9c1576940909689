import type { Sql } from '../sql/connection.ts';
import { listAcknowledgements, type AcknowledgementRow } from './acknowledgements.ts';
import { readStock, type Stock } from './stock.ts';
import { isOpenTask } from '../engine/turns.ts';

export type HomeQueries = ReturnType<typeof createHomeQueries>;

export interface ActivityStep {
  /** Of its beginning, seconds since 1970. */
  readonly time: number;
  readonly taskType: number;
  /** 0: objects that were dealt with. */
  readonly errorCode: number;
  readonly items: number;
}

/** What the home page and the live streams show; of tasks their ids, newest first. */
export function createHomeQueries(db: Sql) {
  const idsOf = async (sql: string, binds: readonly unknown[]): Promise<number[]> => {
    const rows = await db.query<{ taskId: number }>(sql, binds);
    return rows.map(({ taskId }) => taskId);
  };
  return {
    /** Tasks that are not final. */
    openTasks: (limit: number): Promise<number[]> =>
      idsOf(
        `select task_id "taskId" from tasks where ${isOpenTask()}
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

    failedSince: (time: Date, limit: number): Promise<number[]> =>
      idsOf(
        `select task_id "taskId" from tasks where end_time >= $1 and state = 'failed'
         order by end_time desc limit $2`,
        [time, limit],
      ),

    /** Those of the last thousand that ended since then, and are done but not with every object. */
    incompleteSince: (time: Date, limit: number): Promise<number[]> =>
      idsOf(
        `select task_id "taskId" from (
           select task_id, state, objects_failed, end_time from tasks where end_time >= $1 order by end_time desc limit 1000
         ) ended where state = 'done' and objects_failed > 0 order by end_time desc limit $2`,
        [time, limit],
      ),

    /** Messages that should have been delivered before `time`; `limit` stands for as many or more. */
    overdueMessages: async (time: Date, limit: number): Promise<number> => {
      const [row] = await db.query<{ count: number }>(
        `select count(*) from (
           select from notifications where state = 'pending' and next_attempt_time < $1 limit $2
         ) due`,
        [time, limit],
      );
      return row?.count ?? 0;
    },

    /** What was dealt with and what failed since `since`, in steps of `seconds`. */
    activity: (since: Date, seconds: number): Promise<ActivityStep[]> =>
      db.query(
        `select extract(epoch from date_bin($2 * interval '1 second', minute, 'epoch'))::bigint "time",
           task_type "taskType", error_code "errorCode", sum(items)::bigint items
         from activity where minute >= $1 group by 1, 2, 3`,
        [since, seconds],
      ),

    acknowledged: (limit: number): Promise<AcknowledgementRow[]> => listAcknowledgements(db, limit),

    stock: (): Promise<Stock> => readStock(db),

    newestTasks: (limit: number): Promise<number[]> =>
      idsOf(`select task_id "taskId" from tasks order by task_id desc limit $1`, [limit]),
  };
}

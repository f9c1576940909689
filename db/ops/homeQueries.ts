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

/** How many tasks are listed that no admin has acknowledged, and how many that one has. */
export interface SeenLimits {
  readonly open: number;
  readonly acknowledged: number;
}

/** What the home page and the live streams show; of tasks their ids, newest first. */
export function createHomeQueries(db: Sql) {
  const idsOf = async (sql: string, binds: readonly unknown[]): Promise<number[]> => {
    const rows = await db.query<{ taskId: number }>(sql, binds);
    return rows.map(({ taskId }) => taskId);
  };
  /** `condition`: of an index (migration 0043); `kind`: as the items of views/pages/home/attention.ts begin. */
  const endedBadlySince = (
    time: Date,
    { kind, condition }: { kind: string; condition: string },
    { open, acknowledged }: SeenLimits,
  ): Promise<number[]> => {
    const isAcknowledged = `a.task_id = t.task_id and a.item like '${kind} ' || t.generation || ' %' and a.ack_time >= t.end_time`;
    return idsOf(
      `select task_id "taskId" from (
         (select task_id, end_time from tasks t where end_time >= $1 and ${condition}
            and not exists (select from acknowledgements a where ${isAcknowledged})
          order by end_time desc limit $2)
         union all
         (select t.task_id, end_time from acknowledgements a join tasks t on ${isAcknowledged}
          where end_time >= $1 and a.ack_time >= $1 and ${condition}
          order by ack_time desc limit $3)
       ) both_kinds order by end_time desc`,
      [time, open, acknowledged],
    );
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

    failedSince: (time: Date, limits: SeenLimits): Promise<number[]> =>
      endedBadlySince(time, { kind: 'failed', condition: "state = 'failed'" }, limits),

    /** Those that are done, but not with every object. */
    incompleteSince: (time: Date, limits: SeenLimits): Promise<number[]> =>
      endedBadlySince(
        time,
        { kind: 'incomplete', condition: "state = 'done' and objects_failed > 0" },
        limits,
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

    acknowledged: (taskIds: readonly number[]): Promise<AcknowledgementRow[]> =>
      listAcknowledgements(db, taskIds),

    stock: (): Promise<Stock> => readStock(db),

    newestTasks: (limit: number): Promise<number[]> =>
      idsOf(`select task_id "taskId" from tasks order by task_id desc limit $1`, [limit]),
  };
}

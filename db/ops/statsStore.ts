import type { Sql } from '../sql/connection.ts';

export interface RequestCount {
  readonly month: string;
  readonly service: string;
  readonly route: string;
  readonly statusCode: number;
  /** 0: the answer was no error. */
  readonly errorCode: number;
  readonly count: number;
}

export interface EstimatorCount {
  readonly month: string;
  readonly name: string;
  readonly count: number;
}

export type StatsStore = ReturnType<typeof createStatsStore>;

/** Statistics by calendar month, all processes together. */
export function createStatsStore(db: Sql) {
  return {
    addRequests: async (rows: readonly RequestCount[]): Promise<void> => {
      // In one order for everybody: two processes must not wait for each other's rows.
      await db.query(
        `insert into request_stats as kept (month, service, route, status_code, error_code, count)
         select * from jsonb_to_recordset($1::jsonb)
           as given (month date, service text, route text, "statusCode" smallint, "errorCode" int, count bigint)
         order by 1, 2, 3, 4, 5
         on conflict (month, service, route, status_code, error_code)
           do update set count = kept.count + excluded.count`,
        [JSON.stringify(rows)],
      );
    },

    addEstimations: async (rows: readonly EstimatorCount[]): Promise<void> => {
      await db.query(
        `insert into estimator_stats as kept (month, name, count)
         select * from jsonb_to_recordset($1::jsonb) as given (month date, name text, count bigint)
         order by 1, 2
         on conflict (month, name) do update set count = kept.count + excluded.count`,
        [JSON.stringify(rows)],
      );
    },
  };
}

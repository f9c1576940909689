import type { Sql } from '../sql/connection.ts';

export interface ErrorGroup {
  readonly errorCode: number;
  readonly desc: string;
  readonly count: number;
  /** Of the newest of them. */
  readonly detail: string;
  readonly objectType: string;
  readonly objectId: string | null;
  readonly firstTime: Date;
  readonly lastTime: Date;
}

/** Errors of tasks that no retry has overcome, by code, the most frequent first. */
export function openErrorGroups(db: Pick<Sql, 'query'>, taskIds: readonly number[]): Promise<ErrorGroup[]> {
  return db.query(
    `select open.*, e."desc", e.detail, e.object_type "objectType", e.object_id "objectId"
     from (
       select error_code "errorCode", count(*), min(error_time) "firstTime", max(error_time) "lastTime",
         max(error_id) newest
       from task_errors where task_id = any($1::bigint[]) and overcome_time is null group by error_code
     ) open join task_errors e on e.error_id = open.newest
     order by open.count desc, open."errorCode"`,
    [taskIds],
  );
}

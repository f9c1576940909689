import type { PartState } from '../domain/tasks/task.ts';
import type { Sql } from './connection.ts';

export interface PartOfPage {
  readonly partNo: number;
  readonly state: PartState;
  readonly expected: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly attempt: number;
  readonly lastUpdateTime: Date;
}

export interface ErrorGroup {
  readonly errorCode: number;
  readonly desc: string;
  readonly count: number;
}

export type TaskPageLists = ReturnType<typeof createTaskPageLists>;

/** What the page of one task shows besides the task itself. */
export function createTaskPageLists(db: Sql) {
  return {
    /** Some of the parts: those that run, then those that need a look, then the next ones. */
    parts: (taskId: number, limit: number): Promise<PartOfPage[]> =>
      db.query(
        `select part_no "partNo", state, expected, done, failed, skipped, attempt, last_update_time "lastUpdateTime"
         from subtasks where task_id = $1
         order by case state when 'running' then 0 when 'failed' then 1 when 'cancelled' then 2 when 'pending' then 3
           else 4 end, part_no
         limit $2`,
        [taskId, limit],
      ),

    /** Errors that no retry has overcome, by code, the most frequent first. */
    openErrorGroups: (taskId: number): Promise<ErrorGroup[]> =>
      db.query(
        `select error_code "errorCode", max("desc") "desc", count(*) from task_errors
         where task_id = $1 and overcome_time is null group by error_code order by count(*) desc, error_code`,
        [taskId],
      ),
  };
}

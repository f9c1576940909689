import { DomainError } from '../../domain/errors.ts';
import type { PartState } from '../../domain/tasks/task.ts';
import type { Sql } from '../sql/connection.ts';

/** How an attempt ended before its part did; equal ones one after the other are one, with the last of their numbers and times. */
export interface EndedAttempt {
  readonly attempt: number;
  readonly outcome: 'lost' | 'failed' | 'given_back';
  readonly worker: string | null;
  readonly failure: object | null;
  readonly repeats: number;
  readonly end_time: string;
}

export interface SubtaskRow {
  readonly subtaskId: number;
  readonly taskId: number;
  readonly partNo: number;
  readonly state: PartState;
  readonly fromKey: string | null;
  readonly toKey: string;
  readonly expected: number;
  readonly attempt: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** What keeps it from going on, or why it failed for good. */
  readonly failure: object | null;
  /** Who works on it, or did last. */
  readonly worker: string | null;
  readonly endedAttempts: readonly EndedAttempt[];
  readonly createTime: Date;
  readonly endTime: Date | null;
  readonly lastUpdateTime: Date;
}

export type SubtaskQueries = ReturnType<typeof createSubtaskQueries>;

const attemptsAtMost = 10;
const rowsAtOnce = 1_000;

export function createSubtaskQueries(db: Sql) {
  return {
    /**
     * All parts of a task in the order of their numbers, a thousand at a time.
     * @throws DomainError taskNotFound when it was removed meanwhile: what came is not the whole
     */
    async *all(taskId: number): AsyncGenerator<SubtaskRow[]> {
      for (let after = -1; ;) {
        const rows = await db.query<SubtaskRow>(
          `select subtask_id "subtaskId", task_id "taskId", part_no "partNo", state, from_key "fromKey",
             to_key "toKey", expected, attempt, done, failed, skipped, failure, worker, coalesce(ends."endedAttempts", '[]') "endedAttempts",
             create_time "createTime",
             end_time "endTime", last_update_time "lastUpdateTime"
           from subtasks s
           left join lateral (
             select jsonb_agg(jsonb_build_object('attempt', attempt, 'outcome', outcome, 'worker', worker,
               'failure', failure, 'repeats', repeats, 'end_time', iso_time(line_time)) order by line_id desc) "endedAttempts"
             from (select * from task_log l where l.task_id = s.task_id and l.part_no = s.part_no and outcome is not null
               order by line_id desc limit ${attemptsAtMost}) latest
           ) ends on s.attempt > 0
           where task_id = $1 and part_no > $2 order by part_no limit ${rowsAtOnce}`,
          [taskId, after],
        );
        if (rows.length > 0) yield rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < rowsAtOnce) break;
        after = last.partNo;
      }
      const left = await db.query('select from tasks where task_id = $1', [taskId]);
      if (left.length === 0) throw new DomainError('taskNotFound', `task ${taskId} was removed meanwhile`);
    },
  };
}

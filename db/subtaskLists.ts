import { DomainError } from '../domain/errors.ts';
import type { PartState } from '../domain/tasks/task.ts';
import type { Sql } from './connection.ts';

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
  readonly failure: object | null;
  readonly createTime: Date;
  readonly endTime: Date | null;
  readonly lastUpdateTime: Date;
}

export type SubtaskLists = ReturnType<typeof createSubtaskLists>;

const rowsAtOnce = 1_000;

export function createSubtaskLists(db: Sql) {
  return {
    /**
     * All parts of a task in the order of their numbers, a thousand at a time.
     * @throws DomainError taskNotFound when it was removed meanwhile: what came is not the whole
     */
    async *all(taskId: number): AsyncGenerator<SubtaskRow[]> {
      for (let after = -1; ;) {
        const rows = await db.query<SubtaskRow>(
          `select subtask_id "subtaskId", task_id "taskId", part_no "partNo", state, from_key "fromKey",
             to_key "toKey", expected, attempt, done, failed, skipped, failure, create_time "createTime",
             end_time "endTime", last_update_time "lastUpdateTime"
           from subtasks where task_id = $1 and part_no > $2 order by part_no limit ${rowsAtOnce}`,
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

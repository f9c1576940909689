import type { ScheduleSpec } from '../../domain/schedules/schedule.ts';
import type { ApprovalView } from '../../domain/approvals/approval.ts';
import { approvalColumn } from '../approvals/approvalRows.ts';
import type { Database } from '../sql/connection.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';

export interface ScheduleRow extends ScheduleSpec {
  readonly scheduleId: number;
  readonly active: boolean;
  /** Whether its removals wait for another administrator, or have been refused; null: they need no approval. */
  readonly approval: ApprovalView | null;
  /** Raised by one with each change, each of which leaves one line in the audit. */
  readonly revision: number;
  /** Whether Temporal's schedule is made from the row as it stands. */
  readonly followed: boolean;
  readonly lastRun: object | null;
  readonly createdBy: string | null;
  readonly createdByLogin: string;
  readonly createTime: Date;
  readonly lastUpdateTime: Date;
}

export type ScheduleQueries = ReturnType<typeof createScheduleQueries>;

const columns = `schedule_id "scheduleId", task_type "taskType", content, description, cron, time_zone "timeZone",
  overlap_policy "overlapPolicy", catch_up_window "catchUpWindow", notification_policy "notificationPolicy",
  objects_per_second "objectsPerSecond", error_budget "errorBudget", active, revision, ${approvalColumn(`a.schedule_id = schedules.schedule_id and approval is not null`)},
  coalesce(followed_revision = revision, false) followed, last_run "lastRun", created_by "createdBy",
  created_by_login "createdByLogin", create_time "createTime", last_update_time "lastUpdateTime"`;

export function createScheduleQueries(db: Database) {
  return {
    /** Newest first. */
    page: (paging: Paging): Promise<ScheduleRow[]> =>
      db.query<ScheduleRow>(
        `select ${columns} from schedules where not removed order by schedule_id desc limit $1 offset $2`,
        [paging.pageSize, offsetOf(paging)],
      ),

    count: async (): Promise<number> => {
      const [row] = await db.query<{ count: number }>('select count(*) from schedules where not removed');
      return row?.count ?? 0;
    },

    find: async (scheduleId: number): Promise<ScheduleRow | null> => {
      const [row] = await db.query<ScheduleRow>(
        `select ${columns} from schedules where schedule_id = $1 and not removed`,
        [scheduleId],
      );
      return row ?? null;
    },
  };
}

import type { Database } from '../sql/connection.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';

export interface NotificationRow {
  readonly notificationId: string;
  readonly taskId: number;
  readonly taskStatus: number;
  readonly url: string;
  readonly state: 'pending' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly nextAttemptTime: Date;
  readonly lastError: string | null;
  readonly createTime: Date;
  readonly endTime: Date | null;
}

export type NotificationQueries = ReturnType<typeof createNotificationQueries>;

export function createNotificationQueries(db: Database) {
  return {
    /** Of one task, newest first. */
    page: (taskId: number, paging: Paging): Promise<NotificationRow[]> =>
      db.query<NotificationRow>(
        `select notification_id "notificationId", task_id "taskId", task_status "taskStatus", url, state, attempts,
           next_attempt_time "nextAttemptTime", last_error "lastError", create_time "createTime", end_time "endTime"
         from notifications where task_id = $1
         order by create_time desc, notification_id limit $2 offset $3`,
        [taskId, paging.pageSize, offsetOf(paging)],
      ),
  };
}

import type { NotificationRow } from '../../db/tasks/notificationQueries.ts';

export function presentNotification(notification: NotificationRow) {
  const isPending = notification.state === 'pending';
  return {
    notification_id: notification.notificationId,
    task_id: notification.taskId,
    task_status: notification.taskStatus,
    url: notification.url,
    state: notification.state,
    attempts: notification.attempts,
    next_attempt_time: isPending ? notification.nextAttemptTime.toISOString() : null,
    last_error: notification.lastError,
    create_time: notification.createTime.toISOString(),
    end_time: notification.endTime?.toISOString() ?? null,
  };
}

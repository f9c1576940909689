export interface NotificationToShow {
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

export function presentNotification(notification: NotificationToShow) {
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

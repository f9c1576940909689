import type { Stores } from '../../db/stores.ts';
import type { NotificationRow } from '../../db/tasks/notificationQueries.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { inputOf } from '../http/requestContext.ts';
import { taskNotFound } from '../tasks/actions.ts';

interface NotificationsInput {
  params: { task_id: number };
  query: { page: number; page_size: number };
}

export function notificationRoutes({
  notificationQueries,
  taskQueries,
}: Pick<Stores, 'notificationQueries' | 'taskQueries'>): Handlers {
  return {
    getTaskNotifications: async (req, res) => {
      const { params, query } = inputOf<NotificationsInput>(req);
      if ((await taskQueries.find(params.task_id)) === null) throw taskNotFound(params.task_id);
      const paging = { page: query.page, pageSize: query.page_size };
      const notifications = await notificationQueries.page(params.task_id, paging);
      res.json({ notifications: notifications.map(presentNotification) });
    },
  };
}

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

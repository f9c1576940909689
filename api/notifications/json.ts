import type { Stores } from '../../db/stores.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { presentNotification } from './present.ts';
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

import type { PageSources } from '../../html/deps.ts';
import { presentTask, type TaskJson } from '../present/task.ts';
import type { TaskFeedDeps } from './taskFeed.ts';

const openAtMost = 500;
// A task that ended within the second in which it was made has never been seen open.
const newestAtMost = 20;
const endedAtMost = 500;
// An end bears the time at which its transaction began; it may be seen only so much later.
const lateMs = 60_000;

/** The reading behind the streams: a few questions, however many listen. */
export function readLiveTasks({
  taskQueries,
  homeQueries,
}: Pick<PageSources, 'taskQueries' | 'homeQueries'>): TaskFeedDeps['read'] {
  return async ({ taskIds, open, endedSince }): Promise<TaskJson[]> => {
    const ids = new Set(taskIds);
    if (open) {
      for (const id of await homeQueries.openTasks(openAtMost)) ids.add(id);
      for (const id of await homeQueries.newestTasks(newestAtMost)) ids.add(id);
    }
    if (endedSince !== null) {
      for (const id of await homeQueries.endedSince(new Date(endedSince - lateMs), endedAtMost)) ids.add(id);
    }
    if (ids.size === 0) return [];
    const rows = await taskQueries.page({ taskIds: [...ids] }, { page: 1, pageSize: ids.size });
    return rows.map(presentTask);
  };
}

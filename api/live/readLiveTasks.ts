import type { PageSources } from '../pages/deps.ts';
import { presentTask, type TaskJson } from '../present/task.ts';
import type { TaskFeedDeps } from './taskFeed.ts';

const openAtMost = 100;
// A task that ended within the second in which it was made has never been seen open.
const newestAtMost = 20;

/** The reading behind the streams, by asking. What the database could announce by itself would replace this alone. */
export function readLiveTasks({
  taskLists,
  homeLists,
}: Pick<PageSources, 'taskLists' | 'homeLists'>): TaskFeedDeps['read'] {
  return async (taskIds, everyOpenOne): Promise<TaskJson[]> => {
    const ids = new Set(taskIds);
    if (everyOpenOne) {
      for (const id of await homeLists.openTasks(openAtMost)) ids.add(id);
      for (const id of await homeLists.newestTasks(newestAtMost)) ids.add(id);
    }
    if (ids.size === 0) return [];
    const rows = await taskLists.page({ taskIds: [...ids] }, { page: 1, pageSize: ids.size });
    return rows.map(presentTask);
  };
}

import type { RequestHandler } from 'express';
import { comparePage, type ComparedTask } from '../../../views/pages/tasks/compare.ts';
import { paths } from '../../../views/paths.ts';
import type { TaskReading } from '../../../db/stores.ts';
import type { PageSources } from '../../html/deps.ts';
import { flash, leadTo, sendPage } from '../../html/pageAnswer.ts';
import { taskNotFound } from '../actions.ts';
import { presentTaskOfPage } from '../present/task.ts';
import { idsIn, selectedOf } from './severalTasks.ts';

/** Two tasks side by side. What was ticked in the list leads to the address that can be passed on. */
export function compareTasks({ taskSnapshot }: Pick<PageSources, 'taskSnapshot'>): RequestHandler {
  return async (req, res) => {
    const { tasks } = req.query;
    const [one, other, ...more] = typeof tasks === 'string' ? idsIn(tasks.split(',')) : selectedOf(req);
    if (one === undefined || other === undefined || more.length > 0) {
      flash(req, 'Tick exactly two tasks to compare.', 'bad');
      leadTo(req, res, paths.tasks());
    } else if (typeof tasks !== 'string') {
      leadTo(req, res, paths.compare([one, other]));
    } else {
      // Nothing throws in the snapshot: the other's questions are still under way on its connection.
      const [first, second] = await taskSnapshot((of) => Promise.all([read(of, one), read(of, other)]));
      if (first === null) throw taskNotFound(one);
      if (second === null) throw taskNotFound(other);
      sendPage(req, res, 'tasks/compare', comparePage([first, second]));
    }
  };
}

async function read(
  { taskQueries, taskPageQueries }: TaskReading,
  taskId: number,
): Promise<ComparedTask | null> {
  const [task, rateLimit, groups] = await Promise.all([
    taskQueries.find(taskId),
    taskPageQueries.rateLimit(taskId),
    taskPageQueries.openErrorGroups(taskId),
  ]);
  if (task === null) return null;
  return {
    task: presentTaskOfPage(task),
    rateLimit,
    errors: groups.map(({ errorCode, desc, count }) => ({ error_code: errorCode, desc, count })),
  };
}

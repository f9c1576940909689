import type { RequestHandler } from 'express';
import { homePage } from '../../views/pages/home/home.ts';
import { presentAccount } from '../present/account.ts';
import { presentTask, type TaskJson } from '../present/task.ts';
import type { PageSources } from './deps.ts';
import { sendPage } from './pageAnswer.ts';
import { readPaging } from './paging.ts';

type HomeSources = Pick<PageSources, 'taskLists' | 'homeLists' | 'accountLists'>;

const openAtMost = 10;
const endedAtMost = 5;

export function home({ taskLists, homeLists, accountLists }: HomeSources): RequestHandler {
  return async (req, res) => {
    const paging = readPaging(req.query, 10);
    const [running, recent, statuses, { accounts, count }] = await Promise.all([
      homeLists.openTasks(openAtMost).then((ids) => tasksOf(taskLists, ids)),
      homeLists.endedTasks(endedAtMost).then((ids) => tasksOf(taskLists, ids)),
      taskLists.countByTypeAndStatus(),
      accountLists.page(paging),
    ]);
    const countOf = (...wanted: number[]): number =>
      statuses.reduce((sum, row) => (wanted.includes(row.status) ? sum + row.count : sum), 0);
    const counts = {
      pending: countOf(0),
      running: countOf(1, 4),
      cancelled: countOf(2),
      failed: countOf(3),
      done: countOf(5),
      accounts: count,
    };
    sendPage(
      req,
      res,
      'home/home',
      homePage({ running, recent, counts, accounts: accounts.map(presentAccount), ...paging }),
    );
  };
}

/** The tasks in the order of their ids; one that has been deleted meanwhile is left out. */
async function tasksOf(taskLists: HomeSources['taskLists'], ids: readonly number[]): Promise<TaskJson[]> {
  if (ids.length === 0) return [];
  const rows = await taskLists.page({ taskIds: ids }, { page: 1, pageSize: ids.length });
  const byId = new Map(rows.map((row) => [row.taskId, presentTask(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

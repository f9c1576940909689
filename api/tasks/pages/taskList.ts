import type { RequestHandler } from 'express';
import { tasksPage, tasksPageSize, toTaskSort } from '../../../views/pages/tasks/list.ts';
import { csvPieces } from '../../http/csv.ts';
import { sendPieces } from '../../http/jsonStream.ts';
import { taskColumns, taskRows } from '../present/csvRows.ts';
import { presentTaskOfPage } from '../present/task.ts';
import type { TaskFilters } from '../../../domain/tasks/taskFilters.ts';
import type { PageSources } from '../../html/deps.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { readBeside, readPaging } from '../../html/paging.ts';
import { lookAtTaskFilters, readTaskFilters } from './taskFilters.ts';

/** The list of tasks, and the same as CSV. Filters that cannot be read show none, and what is wrong with them. */
export function taskList({
  taskQueries: exports,
  taskSnapshot,
  ...filtering
}: Pick<PageSources, 'taskQueries' | 'taskSnapshot' | 'contract' | 'clock'>): Record<
  'page' | 'csv',
  RequestHandler
> {
  const look = lookAtTaskFilters(filtering);
  const read = readTaskFilters(filtering);
  return {
    page: async (req, res) => {
      const paging = readPaging(req.query, tasksPageSize);
      const beside = paging.page === 1 ? null : readBeside(req.query);
      const { filters, typed } = look(req);
      const order = toTaskSort(req.query['sort']);
      const [rows, statuses] = filters === null ? [[], []] : await rowsAndCounts(filters);
      const page = tasksPage({ tasks: rows.map(presentTaskOfPage), statuses, typed, order, ...paging });
      sendPage(req, res, 'tasks/list', page, filters === null ? 400 : 200);

      function rowsAndCounts({ taskStatus, ...others }: TaskFilters) {
        const all = taskStatus === undefined ? others : { ...others, taskStatus };
        return taskSnapshot(({ taskQueries }) =>
          Promise.all([
            order === 'newest' && beside === null
              ? taskQueries.page(all, paging)
              : taskQueries.ordered(all, order, paging, beside),
            taskQueries.countByStatus(others),
          ]),
        );
      }
    },

    csv: async (req, res) => {
      const { filters } = read(req);
      res.attachment('tasks.csv');
      await sendPieces(res, 'csv', csvPieces(taskColumns, taskRows(exports.all(filters))));
    },
  };
}

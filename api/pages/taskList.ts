import type { RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import type { Typed } from '../../views/components/field/field.ts';
import { taskFilters, tasksPage, tasksPageSize, toTaskOrder } from '../../views/pages/tasks/list.ts';
import { queryCheck } from '../contract/queryCheck.ts';
import { csvPieces } from '../csv.ts';
import { sendPieces } from '../jsonStream.ts';
import { taskColumns, taskRows } from '../present/csvRows.ts';
import { presentTask } from '../present/task.ts';
import { toTaskFilters, type TaskFilters, type TaskQuery } from '../taskQuery.ts';
import type { PageSources } from './deps.ts';
import { sendPage } from './pageAnswer.ts';
import { readPaging } from './paging.ts';
import { readFilters } from './readFilters.ts';

// The JSON operation knows neither of them.
interface PageQuery extends TaskQuery {
  readonly creator?: string;
  readonly text?: string;
}

/** The list of tasks, and the same as CSV. Filters that cannot be read show none, and what is wrong with them. */
export function taskList({
  taskLists,
  contract,
}: Pick<PageSources, 'taskLists' | 'contract'>): Record<'page' | 'csv', RequestHandler> {
  const checkQuery = queryCheck<TaskQuery>(contract, '/tasks');
  const check = ({ creator, text, ...others }: Readonly<Record<string, string>>): PageQuery => ({
    ...checkQuery(others),
    ...(creator === undefined ? {} : { creator: creator.toLowerCase() }),
    ...(text === undefined ? {} : { text }),
  });
  const toFilters = ({ creator, text, ...query }: PageQuery): TaskFilters => ({
    ...toTaskFilters(query),
    ...(creator === undefined ? {} : { creator }),
    ...(text === undefined ? {} : { text }),
  });

  return {
    page: async (req, res) => {
      const paging = readPaging(req.query, tasksPageSize);
      const { query, typed } = readFilters(req, taskFilters, check);
      const order = toTaskOrder(req.query['sort']);
      const filters = query === null ? null : toFilters(query);
      const [rows, statuses] = filters === null ? [[], []] : await read(filters);
      const page = tasksPage({ tasks: rows.map(presentTask), statuses, typed, order, ...paging });
      sendPage(req, res, 'tasks/list', page, query === null ? 400 : 200);

      function read({ taskStatus, ...others }: TaskFilters) {
        const all = taskStatus === undefined ? others : { ...others, taskStatus };
        return Promise.all([
          order === 'newest' ? taskLists.page(all, paging) : taskLists.ordered(all, order, paging),
          taskLists.countByStatus(others),
        ]);
      }
    },

    csv: async (req, res) => {
      const { query, typed } = readFilters(req, taskFilters, check);
      if (query === null) throw new DomainError('badQueryParameter', faultOf(typed));
      res.attachment('tasks.csv');
      await sendPieces(res, 'csv', csvPieces(taskColumns, taskRows(taskLists.all(toFilters(query)))));
    },
  };
}

function faultOf({ faults }: Typed): string {
  return Object.entries(faults)
    .map(([name, fault]) => `${name}: ${fault}`)
    .join('; ');
}

import type { RequestHandler } from 'express';
import type { Stores } from '../../db/stores.ts';
import { DomainError } from '../../domain/errors.ts';
import { csvPieces, prefersCsv } from '../http/csv.ts';
import type { ErrorFilters } from '../../domain/tasks/taskFilters.ts';
import { toErrorFilters, type ErrorQuery } from './query.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { sendPieces } from '../http/jsonStream.ts';
import { taskErrorColumns, taskErrorRows } from '../tasks/present/csvRows.ts';
import { presentTaskError } from './present.ts';
import { inputOf } from '../http/requestContext.ts';
import { taskNotFound } from '../tasks/actions.ts';

interface ErrorsInput {
  params: { task_id?: number };
  query: ErrorQuery & { page: number; page_size: number };
}

/** The errors of all tasks, at two addresses, and those of one. */
export function taskErrorRoutes({
  errorQueries,
  taskQueries,
}: Pick<Stores, 'errorQueries' | 'taskQueries'>): Handlers {
  const filtersOf = async ({ params, query }: ErrorsInput): Promise<ErrorFilters> => {
    const { task_id: taskId } = params;
    if (taskId !== undefined && (await taskQueries.find(taskId)) === null) throw taskNotFound(taskId);
    return toErrorFilters(query, taskId);
  };

  const page: RequestHandler = async (req, res) => {
    const input = inputOf<ErrorsInput>(req);
    const { page, page_size: pageSize } = input.query;
    const filters = await filtersOf(input);
    if (prefersCsv(req, res)) {
      res.attachment('errors.csv');
      await sendPieces(res, 'csv', csvPieces(taskErrorColumns, taskErrorRows(errorQueries.all(filters))));
      return;
    }
    const errors = await errorQueries.page(filters, { page, pageSize });
    res.json({ errors: errors.map(presentTaskError) });
  };

  const count: RequestHandler = async (req, res) => {
    res.json({ count: await errorQueries.count(await filtersOf(inputOf<ErrorsInput>(req))) });
  };

  const one: RequestHandler = async (req, res) => {
    const { error_id: errorId } = inputOf<{ params: { error_id: number } }>(req).params;
    const error = await errorQueries.find(errorId);
    if (error === null) throw new DomainError('taskErrorNotFound', `error ${errorId}`);
    res.json(presentTaskError(error));
  };

  return {
    getErrors: page,
    getTasksErrors: page,
    getTaskErrors: page,
    countErrors: count,
    countTasksErrors: count,
    countTaskErrors: count,
    getError: one,
    getTasksError: one,
  };
}

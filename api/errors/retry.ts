import type { RequestHandler } from 'express';
import { DomainError, errorOfCode, errorTable } from '../../domain/errors.ts';
import { retryErrorsPage } from '../../views/pages/errors/retry.ts';
import { paths } from '../../views/paths.ts';
import type { PageSources } from '../html/deps.ts';
import { fieldsOf } from '../html/form.ts';
import { flash, leadTo, sendPage } from '../html/pageAnswer.ts';
import { actorOf } from '../http/requestContext.ts';

const tasksAtOnce = 100;
const refusalsSaid = 10;

/** One error of several tasks is tried again: a page that says what would happen, and the form on it. */
export function retryErrors({
  errorQueries,
  taskActions,
}: Pick<PageSources, 'errorQueries' | 'taskActions'>): Record<'confirm' | 'act', RequestHandler> {
  return {
    confirm: async (req, res) => {
      const { error_code, reason = '' } = fieldsOf(req.query, 'badQueryParameter');
      const errorCode = codeOf(error_code);
      const tasks = await errorQueries.tasksOfReason(errorCode, reason);
      const name = errorOfCode(errorCode);
      const desc = name === undefined ? `Error ${errorCode}` : errorTable[name].desc;
      sendPage(req, res, 'errors/retry', retryErrorsPage({ errorCode, desc, tasks }));
    },

    act: async (req, res) => {
      const { error_code, tasks = '' } = fieldsOf(req.body);
      const errorCode = codeOf(error_code);
      const taskIds = tasks.split(',').filter((id) => /^[1-9]\d{0,14}$/.test(id));
      let started = 0;
      const refused: string[] = [];
      for (const taskId of taskIds.slice(0, tasksAtOnce)) {
        try {
          await taskActions.retry(Number(taskId), { errorCode }, actorOf(req));
          started++;
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          refused.push(`Task ${taskId} was not changed: ${error.entry.desc}, ${error.detail}.`);
        }
      }
      if (started > 0) flash(req, `${started} ${started === 1 ? 'task is' : 'tasks are'} being retried.`);
      for (const line of refused.slice(0, refusalsSaid)) flash(req, line, 'bad');
      if (refused.length > refusalsSaid)
        flash(req, `${refused.length - refusalsSaid} more tasks were not changed.`, 'bad');
      leadTo(req, res, paths.errors());
    },
  };
}

function codeOf(value: string | undefined): number {
  if (value === undefined || !/^\d{1,9}$/.test(value))
    throw new DomainError('badQueryParameter', 'error_code: must be a number');
  return Number(value);
}

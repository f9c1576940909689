import type { RequestHandler } from 'express';
import { DomainError, errorOfCode, errorTable } from '../../domain/errors.ts';
import { retryErrorsPage } from '../../views/pages/errors/retry.ts';
import { paths } from '../../views/paths.ts';
import type { PageSources } from '../html/deps.ts';
import { fieldsOf } from '../html/form.ts';
import { leadTo, sendPage } from '../html/pageAnswer.ts';
import { actorOf, identityOf } from '../http/requestContext.ts';
import { actOnEach, idsIn, sayWhatWasDone } from '../tasks/pages/severalTasks.ts';

const tasksAtOnce = 100;

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
      const { permissions } = identityOf(req);
      sendPage(req, res, 'errors/retry', retryErrorsPage({ errorCode, desc, tasks, permissions }));
    },

    act: async (req, res) => {
      const { error_code, tasks = '' } = fieldsOf(req.body);
      const errorCode = codeOf(error_code);
      const taskIds = idsIn(tasks.split(',')).slice(0, tasksAtOnce);
      const outcome = await actOnEach(taskIds, 1, (taskId, contact) =>
        taskActions.retry(taskId, { errorCode }, actorOf(req), contact),
      );
      sayWhatWasDone(req, taskIds, outcome, (count) => `${count} being retried.`);
      leadTo(req, res, paths.errors());
    },
  };
}

function codeOf(value: string | undefined): number {
  if (value === undefined || !/^\d{1,9}$/.test(value))
    throw new DomainError('badQueryParameter', 'error_code: must be a number');
  return Number(value);
}

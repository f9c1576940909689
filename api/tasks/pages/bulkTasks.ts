import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { bulkActions, isForTask, type BulkAction } from '../../../domain/tasks/lifecycle.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import { nothingTyped } from '../../../views/components/field/field.ts';
import { bulkAtOnce, bulkPage } from '../../../views/pages/tasks/bulk.ts';
import { taskFilters } from '../../../views/pages/tasks/list.ts';
import { paths } from '../../../views/paths.ts';
import { actorOf, type Caller } from '../../http/requestContext.ts';
import { demand } from '../../http/middleware/allow.ts';
import type { TaskActions } from '../actions.ts';
import type { EngineContact } from '../tellEngine.ts';
import type { TaskFilters } from '../../../domain/tasks/taskFilters.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { readTaskFilters } from './taskFilters.ts';
import { actOnEach, idsIn, sayWhatWasDone, selectedOf } from './severalTasks.ts';
import { rateField, readRates } from './throttleTask.ts';

// Each has a transaction of its own; the rest of the connections is for everybody else.
const sideBySide = 4;

const said: Readonly<Record<BulkAction, (count: string) => string>> = {
  pause: (count) => `${count} being paused.`,
  resume: (count) => `${count} resumed.`,
  throttle: (count) => `${count} set to the new rate.`,
  cancel: (count) => `${count} being cancelled.`,
  retry: (count) => `${count} being retried.`,
  remove: (count) => `${count} deleted.`,
};

/** Actions on many tasks: a page that shows what would happen, and the form on it. Those that were shown are acted on. */
export function bulkTasks({
  taskQueries,
  taskActions,
  ...filtering
}: Pick<PageSources, 'taskQueries' | 'taskActions' | 'contract' | 'clock'>): Record<
  'confirm' | 'act',
  RequestHandler
> {
  const readQuery = readTaskFilters(filtering);
  const readRate = readRates(filtering.contract);

  /** What the page shows of the tasks that are asked for. */
  const look = async (action: BulkAction, actor: Caller, asked: TaskFilters) => {
    if (action === 'remove') demand(actor, 'remove');
    const isLimited = !actor.permissions.has('remove') && action !== 'pause' && action !== 'cancel';
    if (isLimited && asked.taskType === taskTypes.gc) return { action, isLimited, groups: [], taskIds: [] };
    const wanted = isLimited ? { ...asked, taskType: taskTypes.additionalExtract } : asked;
    const groups = await taskQueries.countByState(wanted);
    const kinds = groups.filter((kind) => isForTask(action, kind));
    return { action, isLimited, groups, taskIds: await taskQueries.idsOfKinds(wanted, kinds, bulkAtOnce) };
  };

  return {
    confirm: async (req, res) => {
      const action = actionOf(req.query['act']);
      const { filters, values } = readQuery(req);
      const isSelection = req.query['of'] !== 'matching';
      const selected = isSelection ? selectedOf(req) : [];
      if (isSelection && selected.length === 0) {
        flash(req, 'Select at least one task.', 'bad');
        leadTo(req, res, paths.tasks(values));
        return;
      }
      const shown = await look(action, actorOf(req), isSelection ? { taskIds: selected } : filters);
      sendPage(
        req,
        res,
        'tasks/bulk',
        bulkPage({ ...shown, isSelection, typed: nothingTyped, filters: values }),
      );
    },

    act: async (req, res) => {
      const fields = fieldsOf(req.body);
      const action = actionOf(fields['act']);
      const taskIds = idsIn((fields['tasks'] ?? '').split(',')).slice(0, bulkAtOnce);
      const kept = Object.fromEntries(
        taskFilters.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
      ) as Record<string, string>;
      const rate = action === 'throttle' ? readRate((fields[rateField] ?? '').trim()) : null;
      if (rate !== null && typeof rate === 'object') {
        const shown = await look(action, actorOf(req), { taskIds });
        const page = bulkPage({ ...shown, isSelection: true, typed: rate, filters: kept });
        sendPage(req, res, 'tasks/bulk', page, 400);
        return;
      }
      const atOnce = action === 'retry' || action === 'remove' ? 1 : sideBySide;
      const outcome = await actOnEach(taskIds, atOnce, actOn(taskActions, { action, rate }, actorOf(req)));
      sayWhatWasDone(req, taskIds, outcome, said[action]);
      leadTo(req, res, paths.tasks(kept));
    },
  };
}

function actOn(
  taskActions: TaskActions,
  { action, rate }: { readonly action: BulkAction; readonly rate: number | null },
  actor: Caller,
): (taskId: number, contact: EngineContact) => Promise<unknown> {
  return (taskId, contact) => {
    switch (action) {
      case 'throttle':
        return taskActions.throttle(taskId, rate, actor);
      case 'retry':
        return taskActions.retry(taskId, 'all', actor, contact);
      case 'remove':
        return taskActions.remove(taskId, actor);
      case 'cancel':
      case 'pause':
      case 'resume':
        return taskActions.control(taskId, action, actor, contact);
    }
  };
}

function actionOf(value: unknown): BulkAction {
  const action = bulkActions.find((known) => known === value);
  if (action === undefined) throw new DomainError('badQueryParameter', 'act: no such action');
  return action;
}

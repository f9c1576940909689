import type { Request, RequestHandler } from 'express';
import type { ErrorGroup } from '../../../db/tasks/openErrors.ts';
import type { LogLine, PartOfPage } from '../../../db/tasks/taskPageQueries.ts';
import type { Decision } from '../../../domain/approvals/approval.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { RetryScope } from '../../../domain/tasks/task.ts';
import { paths, type TaskAction } from '../../../views/paths.ts';
import { taskPage } from '../../../views/pages/tasks/one.ts';
import type { TaskErrorGroupShape, PartShape, TaskLogShape } from '../../../views/shapes.ts';
import { readPanel } from '../../approvals/pages/readPanel.ts';
import { actorOf, identityOf } from '../../http/requestContext.ts';
import { presentAuditEntry } from '../../../domain/audit/entry.ts';
import { presentTaskErrorOfPage } from '../../errors/present.ts';
import { presentTaskOfPage } from '../present/task.ts';
import { missingOf, type WorkerCounts } from '../live/workerWatch.ts';
import type { TaskActions } from '../actions.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { taskIdOf } from './taskId.ts';
import { faultyRates } from './throttleTask.ts';

const partsAtMost = 20;
const errorsAtMost = 5;
const cellsAtMost = 100;
const linesAtMost = 50;
const ratesAtMost = 200;

type TaskSources = Pick<PageSources, 'taskSnapshot' | 'workflowUrl' | 'contract' | 'approvalQueries'> & {
  countWorkers(): Promise<WorkerCounts>;
};

export function oneTask(sources: TaskSources): RequestHandler {
  const faultyRate = faultyRates(sources.contract);
  return async (req, res) => {
    const taskId = taskIdOf(req);
    const ofTask = { taskIds: [taskId] };
    const ofAudit = { objectType: 'task', objectId: String(taskId) };
    const [workers, read] = await Promise.all([
      sources.countWorkers(),
      sources.taskSnapshot(({ taskQueries, taskPageQueries, errorQueries, auditQueries }) =>
        Promise.all([
          taskQueries.find(taskId),
          taskPageQueries.parts(taskId, partsAtMost),
          taskPageQueries.partCells(taskId, cellsAtMost),
          taskPageQueries.rateLimit(taskId),
          auditQueries.page(ofAudit, { page: 1, pageSize: linesAtMost }),
          errorQueries.page(ofTask, { page: 1, pageSize: errorsAtMost }),
          errorQueries.count(ofTask),
          taskPageQueries.openErrorGroups(taskId),
          taskPageQueries.rates(taskId, ratesAtMost),
          taskPageQueries.log(taskId, linesAtMost),
          taskPageQueries.startTime(taskId),
        ]),
      ),
    ]);
    const [task, parts, cells, rateLimit, acts, errors, errorCount, groups, rates, log, startTime] = read;
    if (task === null) throw new DomainError('taskNotFound', `task ${taskId}`);
    const shape = presentTaskOfPage(task);
    const page = taskPage({
      task: shape,
      approval: await readPanel(sources.approvalQueries, req, { taskId }, shape.approval),
      permissions: identityOf(req).permissions,
      workflowUrl: sources.workflowUrl({ taskId, generation: task.generation }),
      createdBy: task.createdByLogin === '' ? '–' : task.createdByLogin,
      parts: parts.map(partShape),
      missingWorkers: missingOf(workers),
      rates: rates.map(({ time, rate }) => ({ time: time.getTime() / 1_000, rate })),
      cells,
      rateLimit,
      typedRate: faultyRate(req),
      acts: acts.map(presentAuditEntry),
      log: log.map(logShape),
      startTime: startTime?.toISOString() ?? null,
      errors: errors.map(presentTaskErrorOfPage),
      errorCount,
      errorGroups: groups.map(errorGroupShape),
    });
    sendPage(req, res, 'tasks/one', page);
  };
}

function partShape(part: PartOfPage): PartShape {
  return {
    number: part.partNo,
    state: part.state,
    attempt: part.attempt,
    worker: part.worker,
    failure: part.failure,
    last_update_time: part.lastUpdateTime.toISOString(),
    progress: {
      objects_expected: part.expected,
      objects_done: part.done,
      objects_failed: part.failed,
      objects_skipped: part.skipped,
    },
  };
}

function logShape({ time, ...line }: LogLine): TaskLogShape {
  const log_time = time.toISOString();
  return line.state === null
    ? {
        ...{ log_time, state: null, part: line.partNo, attempt: line.attempt },
        ...{ worker: line.worker, failure: line.failure, repeats: line.repeats },
      }
    : { log_time, state: line.state };
}

function errorGroupShape(group: ErrorGroup): TaskErrorGroupShape {
  return {
    error_code: group.errorCode,
    desc: group.desc,
    count: group.count,
    sample: { detail: group.detail, object_id: group.objectId },
    first_time: group.firstTime.toISOString(),
    last_time: group.lastTime.toISOString(),
  };
}

const said: Record<Exclude<TaskAction, 'remove' | 'throttle' | 'undo' | Decision>, string> = {
  cancel: 'The task is being cancelled.',
  pause: 'The task is being paused.',
  resume: 'The task has resumed.',
  retry: 'The task has been retried.',
};
const saidOfHeld = 'The task stays paused when maintenance ends.';

/** Everything that is left, unless the button was that of one error. */
function scopeOf(req: Request): RetryScope {
  const code = Number(fieldsOf(req.body)['error_code'] ?? '');
  return Number.isInteger(code) && code > 0 ? { errorCode: code } : 'all';
}

/** A button of a task's page. What cannot be done any more is said on the page that follows, not as an error. */
export function actOnTask(
  taskActions: TaskActions,
  action: Exclude<TaskAction, 'throttle' | Decision>,
): RequestHandler {
  return async (req, res) => {
    const taskId = taskIdOf(req);
    let next = paths.task(taskId);
    try {
      if (action === 'remove') {
        await taskActions.remove(taskId, actorOf(req));
        next = paths.tasks();
        flash(req, `Task ${taskId} was deleted.`);
      } else if (action === 'undo') {
        const made = await taskActions.undo(taskId, undefined, actorOf(req));
        next = paths.task(made);
        flash(req, `Task ${made} restores what task ${taskId} removed.`);
      } else if (action === 'retry') {
        await taskActions.retry(taskId, scopeOf(req), actorOf(req));
        flash(req, said.retry);
      } else {
        const { wasHeld } = await taskActions.control(taskId, action, actorOf(req));
        flash(req, action === 'pause' && wasHeld ? saidOfHeld : said[action]);
      }
    } catch (error) {
      if (!(error instanceof DomainError) || error.error === 'taskNotFound') throw error;
      flash(req, `${error.entry.desc}: ${error.detail}.`, 'bad');
    }
    leadTo(req, res, next);
  };
}

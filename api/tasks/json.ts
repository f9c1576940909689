import type { Request } from 'express';
import type { Stores } from '../../db/stores.ts';
import type { SubtaskRow } from '../../db/tasks/subtaskQueries.ts';
import type { TaskRow } from '../../db/tasks/taskQueries.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ExtractRequest } from '../../domain/extract/extractContent.ts';
import {
  isRehearsal,
  isUndo,
  withManner,
  type GcManner,
  type GcRequest,
  type UndoFilters,
} from '../../domain/gc/gcContent.ts';
import type { ControlAction } from '../../domain/tasks/lifecycle.ts';
import { isFinal, type RetryScope } from '../../domain/tasks/task.ts';
import type { ApprovalActions, DecisionBody } from '../approvals/actions.ts';
import { csvPieces, prefersCsv } from '../http/csv.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { arrayPieces, sendPieces } from '../http/jsonStream.ts';
import { actorOf, type Caller, inputOf } from '../http/requestContext.ts';
import { type Idempotency, type TaskActions, taskNotFound, type TaskOptions } from './actions.ts';
import { taskColumns, taskRows } from './present/csvRows.ts';
import { presentSubtask, presentTask } from './present/task.ts';
import { presentTaskPreview } from './present/taskPreview.ts';
import { resultHead } from './present/taskResult.ts';
import type { PreviewBody, PreviewTask } from './previewTask.ts';
import { type TaskQuery, toTaskFilters } from './query.ts';
import { sendResult } from './resultJson.ts';

export interface TasksDeps extends Pick<
  Stores,
  'auditViews' | 'taskQueries' | 'subtaskQueries' | 'resultQueries' | 'errorQueries'
> {
  readonly taskActions: TaskActions;
  readonly approvalActions: ApprovalActions;
  readonly previewTask: PreviewTask;
}

interface ListQuery extends TaskQuery {
  readonly page: number;
  readonly page_size: number;
}

type ControlBody =
  | OrderBody
  | (DecisionBody & { readonly count?: number })
  | { readonly action: 'undo'; readonly filters?: UndoFilters };

type OrderBody =
  | { readonly action?: ControlAction }
  | { readonly action: 'retry'; readonly scope?: Exclude<RetryScope, object>; readonly error_code?: number }
  | { readonly action: 'throttle'; readonly objects_per_second: number | null };

interface OneTask {
  params: { task_id: number };
}

type NewTask<Content> = { content: Content } & TaskOptions;

export function taskRoutes(deps: TasksDeps): Handlers {
  const { taskQueries, taskActions } = deps;

  const findTask = async (taskId: number): Promise<TaskRow> => {
    const task = await taskQueries.find(taskId);
    if (task === null) throw taskNotFound(taskId);
    return task;
  };

  const act = (taskId: number, body: OrderBody, actor: Caller): Promise<unknown> => {
    if (body.action === 'retry') {
      const { scope = 'all', error_code: errorCode } = body;
      return taskActions.retry(taskId, errorCode === undefined ? scope : { errorCode }, actor);
    }
    if (body.action === 'throttle') return taskActions.throttle(taskId, body.objects_per_second, actor);
    return taskActions.control(taskId, body.action ?? 'cancel', actor);
  };

  return {
    getTasks: async (req, res) => {
      const { query } = inputOf<{ query: ListQuery }>(req);
      if (prefersCsv(req, res)) {
        res.attachment('tasks.csv');
        await sendPieces(res, 'csv', csvPieces(taskColumns, taskRows(taskQueries.all(toTaskFilters(query)))));
        return;
      }
      const paging = { page: query.page, pageSize: query.page_size };
      const tasks = await taskQueries.page(toTaskFilters(query), paging);
      res.json({ tasks: tasks.map(presentTask) });
    },

    countTasks: async (req, res) => {
      const { query } = inputOf<{ query: TaskQuery }>(req);
      res.json({ count: await taskQueries.count(toTaskFilters(query)) });
    },

    getTask: async (req, res) => {
      const { params } = inputOf<OneTask>(req);
      res.json(presentTask(await findTask(params.task_id)));
    },

    createGcTask: async (req, res) => {
      const { body } = inputOf<{ body: NewTask<GcRequest> & GcManner }>(req);
      const { content, rehearsal, undo_window, ...options } = body;
      const ordered = withManner(content, { rehearsal, undo_window });
      const taskId = await taskActions.createGc(ordered, options, actorOf(req), {
        idempotency: idempotencyOf(req, body),
      });
      res.status(201).location(`${req.baseUrl}/tasks/${taskId}`).json({ task_id: taskId });
    },

    createExtractTask: async (req, res) => {
      const { body } = inputOf<{ body: NewTask<ExtractRequest> }>(req);
      const { content, ...options } = body;
      const taskId = await taskActions.createExtract(
        content,
        options,
        actorOf(req),
        idempotencyOf(req, body),
      );
      res.status(201).location(`${req.baseUrl}/tasks/${taskId}`).json({ task_id: taskId });
    },

    previewTask: async (req, res) => {
      const { body } = inputOf<{ body: PreviewBody }>(req);
      res.json(presentTaskPreview(await deps.previewTask(body)));
    },

    controlTask: async (req, res) => {
      const { params, body = {} } = inputOf<OneTask & { body?: ControlBody }>(req);
      if (body.action === 'undo') {
        res.json({ task_id: await taskActions.undo(params.task_id, body.filters, actorOf(req)) });
        return;
      }
      if ('reason' in body) {
        await deps.approvalActions.decideTask(params.task_id, body, actorOf(req));
      } else await act(params.task_id, body, actorOf(req));
      res.json({});
    },

    removeTask: async (req, res) => {
      const { params } = inputOf<OneTask>(req);
      await taskActions.remove(params.task_id, actorOf(req));
      res.json({});
    },

    getTaskResult: async (req, res) => {
      const { task_id: taskId } = inputOf<OneTask>(req).params;
      const task = await findTask(taskId);
      await checkResult(task, deps.resultQueries);
      await deps.auditViews.record({
        ...{ actor: actorOf(req), action: 'result.read', objectType: 'result', objectId: taskId },
      });
      const head = resultHead(task, {
        count: await deps.errorQueries.countOpen(taskId),
        first: isRehearsal(task.content) ? await deps.errorQueries.firstOpen(taskId) : [],
        skips: isUndo(task.content) ? await deps.resultQueries.firstSkips(taskId) : [],
      });
      await sendResult(req, res, { task, head, resultQueries: deps.resultQueries });
    },

    getSubtasks: async (req, res) => {
      const { task_id: taskId } = inputOf<OneTask>(req).params;
      await findTask(taskId);
      await sendPieces(res, 'json', arrayPieces('subtasks', presentAll(deps.subtaskQueries.all(taskId))));
    },
  };
}

async function* presentAll(lists: AsyncIterable<SubtaskRow[]>) {
  for await (const list of lists) yield list.map(presentSubtask);
}

async function checkResult(task: TaskRow, resultQueries: TasksDeps['resultQueries']): Promise<void> {
  const { taskId, state, resultId, objectsDone } = task;
  if (resultId === null) {
    if (!isFinal(state)) throw new DomainError('noResultYet', `task ${taskId} is ${state}`);
    const reason = task.content.store_results ? `is ${state}` : 'was created without store_results';
    throw new DomainError('noResultInStatus', `task ${taskId} ${reason}`);
  }
  if (objectsDone > 0 && !(await resultQueries.hasChunks(taskId))) {
    throw new DomainError('resultGone', `the result of task ${taskId} was removed`);
  }
}

function idempotencyOf(req: Request, request: object): Idempotency | undefined {
  const key = idempotencyKeyOf(req);
  return key === undefined ? undefined : { key, request };
}

const header = 'Idempotency-Key';
const pattern = /^[\x21-\x7e]{1,255}$/;

/**
 * The client's own name of this order, so that sending it twice orders once; undefined when it gave none.
 * @throws DomainError badHeader
 */
function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get(header);
  if (key === undefined || pattern.test(key)) return key;
  throw new DomainError('badHeader', {
    path: header,
    message: 'must be 1 to 255 visible ASCII characters, once',
  });
}

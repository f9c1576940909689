import type { Request, RequestHandler, Response } from 'express';
import type { Typed } from '../../views/components/field/field.ts';
import type { ApiRequest } from '../../views/pages/tasks/curlCommand.ts';
import { newTaskPage, type NewTaskInput } from '../../views/pages/tasks/new.ts';
import { taskKinds, type TaskKind } from '../../views/pages/tasks/taskKinds.ts';
import { paths } from '../../views/paths.ts';
import { DomainError } from '../../domain/errors.ts';
import { actorOf, identityOf, type Actor } from '../requestContext.ts';
import { bodyCheck } from '../contract/bodyCheck.ts';
import type { PageSources } from './deps.ts';
import { fieldsOf } from './form.ts';
import { faultsOf } from './formFaults.ts';
import { leadTo, say, sendPage } from './pageAnswer.ts';
import { readTaskForm, type TaskOrder } from './taskForm.ts';

type NewTaskSources = Pick<PageSources, 'accountLists' | 'taskActions' | 'contract' | 'extractors'>;

const suggestedAccounts = 50;
const createdAt = { 4: '/tasks/gc', 5: '/tasks/additional_extract' } as const;

export function newTask({ accountLists, taskActions, contract, extractors }: NewTaskSources) {
  const checks = {
    4: bodyCheck(contract, 'post', createdAt[4]),
    5: bodyCheck(contract, 'post', createdAt[5]),
  };

  const show = async (
    req: Request,
    res: Response,
    kind: TaskKind,
    more: Pick<NewTaskInput, 'typed' | 'request'> = {},
  ): Promise<void> => {
    const { accounts } = await accountLists.page({ page: 1, pageSize: suggestedAccounts });
    const page = newTaskPage({
      kind,
      accounts: accounts.map(({ accountId, login }) => ({ account_id: accountId, login })),
      versions: extractors,
      ...more,
    });
    const isFaulty = Object.keys(more.typed?.faults ?? {}).length > 0;
    sendPage(req, res, 'tasks/new', page, isFaulty ? 400 : 200);
  };

  const start = (order: TaskOrder, actor: Actor): Promise<number> =>
    order.taskType === 5
      ? taskActions.createExtract(order.content, order.wishes, actor)
      : taskActions.createGc(order.content, order.wishes, actor);

  const form: RequestHandler = (req, res) => show(req, res, kindOf(req.query['kind']));

  const create: RequestHandler = async (req, res) => {
    const { kind: given, step, ...values } = fieldsOf(req.body);
    const kind = kindOf(given);
    const typed: Typed = { values: { kind, ...values }, faults: {} };
    try {
      const order = readTaskForm(kind, values);
      checks[order.taskType](bodyOf(order));
      if (step === 'preview') {
        await show(req, res, kind, { typed, request: requestOf(req, order) });
        return;
      }
      const taskId = await start(order, actorOf(req));
      say(req, `Task ${taskId} was created.`);
      leadTo(req, res, paths.task(taskId));
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      await show(req, res, kind, { typed: { ...typed, faults: faultsOf(error) } });
    }
  };

  return { form, create };
}

function bodyOf({ wishes, content }: TaskOrder): object {
  return { ...wishes, content };
}

/** What a client would send to have the same task made. */
function requestOf(req: Request, order: TaskOrder): ApiRequest {
  return {
    url: `${req.protocol}://${req.get('host') ?? 'localhost'}/4${createdAt[order.taskType]}`,
    login: identityOf(req).account.login,
    body: bodyOf(order),
  };
}

function kindOf(given: unknown): TaskKind {
  return taskKinds.find((kind) => kind === given) ?? 'extract-faces';
}

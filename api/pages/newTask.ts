import type { Request, RequestHandler, Response } from 'express';
import type { Typed } from '../../views/components/field/field.ts';
import { newTaskPage, taskKinds, type TaskKind } from '../../views/pages/tasks/new.ts';
import { paths } from '../../views/paths.ts';
import { DomainError } from '../../domain/errors.ts';
import { actorOf, type Actor } from '../requestContext.ts';
import { bodyCheck } from '../contract/bodyCheck.ts';
import type { PageSources } from './deps.ts';
import { fieldsOf } from './form.ts';
import { faultsOf } from './formFaults.ts';
import { leadTo, say, sendPage } from './pageAnswer.ts';
import { readExtract, readGc } from './taskForm.ts';

type NewTaskSources = Pick<PageSources, 'accountLists' | 'taskActions' | 'contract' | 'extractors'>;

const suggestedAccounts = 50;

export function newTask({ accountLists, taskActions, contract, extractors }: NewTaskSources) {
  const checkExtract = bodyCheck(contract, 'post', '/tasks/additional_extract');
  const checkGc = bodyCheck(contract, 'post', '/tasks/gc');

  const show = async (req: Request, res: Response, kind: TaskKind, typed?: Typed): Promise<void> => {
    const { accounts } = await accountLists.page({ page: 1, pageSize: suggestedAccounts });
    const page = newTaskPage({
      kind,
      accounts: accounts.map(({ accountId, login }) => ({ account_id: accountId, login })),
      versions: extractors,
      ...(typed === undefined ? {} : { typed }),
    });
    sendPage(req, res, 'tasks/new', page, typed === undefined ? 200 : 400);
  };

  const start = (kind: TaskKind, values: Record<string, string>, actor: Actor): Promise<number> => {
    if (kind === 'extract') {
      const { content, ...wishes } = readExtract(values);
      checkExtract({ content, ...wishes });
      return taskActions.createExtract(content, wishes, actor);
    }
    const { content, ...wishes } = readGc(kind, values);
    checkGc({ content, ...wishes });
    return taskActions.createGc(content, wishes, actor);
  };

  const form: RequestHandler = (req, res) => show(req, res, kindOf(req.query['kind']));

  const create: RequestHandler = async (req, res) => {
    const { kind: given, ...values } = fieldsOf(req.body);
    const kind = kindOf(given);
    try {
      const taskId = await start(kind, values, actorOf(req));
      say(req, `Task ${taskId} was created.`);
      leadTo(req, res, paths.task(taskId));
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      await show(req, res, kind, { values: { kind, ...values }, faults: faultsOf(error) });
    }
  };

  return { form, create };
}

function kindOf(given: unknown): TaskKind {
  return taskKinds.find((kind) => kind === given) ?? 'extract';
}

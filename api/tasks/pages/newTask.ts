import type { Request, RequestHandler, Response } from 'express';
import type { Typed } from '../../../views/components/field/field.ts';
import { newTaskPage, type NewTaskInput } from '../../../views/pages/tasks/new.ts';
import { toTaskKind, type TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import { paths } from '../../../views/paths.ts';
import { DomainError } from '../../../domain/errors.ts';
import { VersionInUseError } from '../../../domain/extract/heldVersions.ts';
import type { Actor } from '../../../db/audit/auditStore.ts';
import { actorOf } from '../../http/requestContext.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { formOptions, type FormSources } from './formOptions.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { carriedValues, readTaskForm, type TaskRequest } from './taskForm.ts';
import type { Confirmed } from '../actions.ts';
import { countedAt, countFault, previewForm, type LookSources } from './previewForm.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';

type NewTaskSources = FormSources & LookSources & Pick<PageSources, 'taskActions' | 'contract' | 'clock'>;

const createdAt = { 4: '/tasks/gc', 5: '/tasks/additional_extract' } as const;

export function newTask(sources: NewTaskSources) {
  const { taskActions, contract, clock } = sources;
  const look = previewForm(sources);
  const checks = {
    4: bodyCheck(contract, 'post', createdAt[4]),
    5: bodyCheck(contract, 'post', createdAt[5]),
  };

  const show = async (
    req: Request,
    res: Response,
    kind: TaskKind,
    more: Pick<NewTaskInput, 'typed' | 'preview' | 'refusal'> = {},
  ): Promise<void> => {
    const page = newTaskPage({ kind, ...(await formOptions(sources, kind)), ...more });
    const isFaulty = Object.keys(more.typed?.faults ?? {}).length > 0;
    const status = more.refusal === undefined ? (isFaulty ? 400 : 200) : 409;
    sendPage(req, res, 'tasks/new', page, status);
  };

  const start = (request: TaskRequest, actor: Actor, confirmed: Confirmed): Promise<number> =>
    request.taskType === 5
      ? taskActions.createExtract(request.content, request.options, actor)
      : taskActions.createGc(request.content, request.options, actor, confirmed);

  const form: RequestHandler = (req, res) => {
    const { kind, ...values } = fieldsOf(req.query, 'badQueryParameter');
    return show(req, res, toTaskKind(kind), { typed: { values, faults: {}, isPrefilled: true } });
  };

  const create: RequestHandler = async (req, res) => {
    const { kind: given, step, ...values } = fieldsOf(req.body);
    const kind = toTaskKind(given);
    if (step === 'kind') {
      await show(req, res, kind, { typed: carriedValues(kind, values) });
      return;
    }
    const typed: Typed = { values: { kind, ...values }, faults: {} };
    try {
      const request = readTaskForm(kind, values);
      const body = { ...request.options, content: request.content };
      checks[request.taskType](body);
      const isLook = step === 'preview' || request.taskType === 4;
      // What is started is what was counted, whatever has come since.
      const asOf = step === 'preview' ? undefined : countedAt(values['confirm_time'], clock.now());
      const preview = isLook
        ? await look(req, request, { path: createdAt[request.taskType], body }, asOf)
        : undefined;
      if (step === 'preview' && preview !== undefined) {
        await show(req, res, kind, { typed, preview });
        return;
      }
      const faults = preview === undefined ? null : countFault(preview, values['confirm_count']);
      if (faults !== null && preview !== undefined) {
        await show(req, res, kind, { typed: { ...typed, faults }, preview });
        return;
      }
      const taskId = await start(request, actorOf(req), { asOf });
      flash(req, `Task ${taskId} was created.`);
      leadTo(req, res, paths.task(taskId));
    } catch (error) {
      if (error instanceof VersionInUseError) {
        await show(req, res, kind, { typed, refusal: { taskId: error.taskId, detail: error.detail } });
        return;
      }
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      await show(req, res, kind, { typed: { ...typed, faults: faultsOf(error) } });
    }
  };

  return { form, create };
}

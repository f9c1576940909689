import type { Request, RequestHandler, Response } from 'express';
import type { Typed } from '../../../views/components/field/field.ts';
import { newTaskPage, type NewTaskInput } from '../../../views/pages/tasks/new.ts';
import { neededForKind, toTaskKind, type TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import { paths } from '../../../views/paths.ts';
import { DomainError } from '../../../domain/errors.ts';
import { VersionInUseError } from '../../../domain/extract/heldVersions.ts';
import { demand } from '../../http/middleware/allow.ts';
import { actorOf, identityOf, type Caller } from '../../http/requestContext.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { withAccountId } from './accountOfForm.ts';
import { formOptions, type FormSources } from './formOptions.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { leadToTyped, readTypedForm } from '../../html/typedForm.ts';
import { fromTaskId, leadToTask, readFromTask, type FromTaskSources } from './fromTask.ts';
import { carriedValues, extractsEverything, readTaskForm, type TaskRequest } from './taskForm.ts';
import type { Confirmed } from '../actions.ts';
import { countedAt, countFault, previewForm, type LookSources } from './previewForm.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';

type NewTaskSources = FormSources &
  LookSources &
  FromTaskSources &
  Pick<PageSources, 'taskActions' | 'contract' | 'clock'>;
type Values = Typed['values'];

const createdAt = { 4: '/tasks/gc', 5: '/tasks/additional_extract' } as const;

export function newTask(sources: NewTaskSources) {
  const { taskActions, contract, clock } = sources;
  const preview = previewForm(sources);
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
    const identity = identityOf(req);
    demand(identity, neededForKind(kind));
    const page = newTaskPage({
      ...{ kind, permissions: identity.permissions },
      ...(await formOptions(sources, kind, more.typed?.values['account_id'])),
      ...more,
    });
    const isFaulty = Object.keys(more.typed?.faults ?? {}).length > 0;
    const status = more.refusal === undefined ? (isFaulty ? 400 : 200) : 409;
    sendPage(req, res, 'tasks/new', page, status);
  };

  /** What was typed is shown with what is wrong with it, whatever was to become of it. */
  const orRefuse = async (
    [req, res]: readonly [Request, Response],
    kind: TaskKind,
    values: Values,
    act: (typed: Typed, request: TaskRequest, body: object) => Promise<void>,
  ): Promise<void> => {
    const typed: Typed = { values: { kind, ...values }, faults: {} };
    try {
      const request = readTaskForm(kind, await withAccountId(sources, values));
      const body = { ...request.options, content: request.content };
      checks[request.taskType](body);
      await act(typed, request, body);
    } catch (error) {
      if (error instanceof VersionInUseError) {
        await show(req, res, kind, { typed, refusal: { taskId: error.taskId, detail: error.detail } });
        return;
      }
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      await show(req, res, kind, { typed: { ...typed, faults: faultsOf(error) } });
    }
  };

  const look = (req: Request, res: Response, kind: TaskKind, values: Values): Promise<void> =>
    orRefuse([req, res], kind, values, async (typed, request, body) => {
      const sent = { path: createdAt[request.taskType], body };
      await show(req, res, kind, { typed, preview: await preview(req, request, sent) });
    });

  const form: RequestHandler = async (req, res) => {
    const { kind: given, step, typed } = readTypedForm(req);
    const kind = toTaskKind(given);
    const from = step === undefined ? fromTaskId(typed.values) : null;
    if (from !== null) {
      const filled = await readFromTask(sources, from, { isRetry: typed.values['retry'] !== undefined });
      if (filled !== null)
        await show(req, res, filled.kind, { typed: { values: filled.values, faults: {} } });
      else leadToTask(req, res, from);
    } else if (step === 'preview') await look(req, res, kind, typed.values);
    else await show(req, res, kind, { typed });
  };

  const start = (request: TaskRequest, actor: Caller, confirmed: Confirmed): Promise<number> =>
    request.taskType === 5
      ? taskActions.createExtract(request.content, request.options, actor)
      : taskActions.createGc(request.content, request.options, actor, confirmed);

  const leadToPreview = async (
    req: Request,
    res: Response,
    kind: TaskKind,
    values: Values,
  ): Promise<void> => {
    const { confirm_count: _count, confirm_time: _time, confirm_everything: _all, ...kept } = values;
    if (!leadToTyped(req, res, paths.newTask, { kind, step: 'preview', ...kept }))
      await look(req, res, kind, kept);
  };

  const create: RequestHandler = async (req, res) => {
    const { kind: given, step, ...values } = fieldsOf(req.body);
    const kind = toTaskKind(given);
    if (step === 'kind') {
      const typed = carriedValues(kind, values);
      if (!leadToTyped(req, res, paths.newTask, { step: 'kind', ...typed.values }))
        await show(req, res, kind, { typed });
      return;
    }
    if (step === 'preview') {
      await leadToPreview(req, res, kind, values);
      return;
    }
    await orRefuse([req, res], kind, values, async (typed, request, body) => {
      if (extractsEverything(request) && values['confirm_everything'] === undefined) {
        await leadToPreview(req, res, kind, values);
        return;
      }
      // What is started is what was counted, whatever has come since.
      const asOf = countedAt(values['confirm_time'], clock.now());
      if (request.taskType === 4) {
        const found = await preview(req, request, { path: createdAt[4], body }, asOf);
        const faults = countFault(found, values['confirm_count']);
        if (faults !== null) {
          await show(req, res, kind, { typed: { ...typed, faults }, preview: found });
          return;
        }
      }
      const taskId = await start(request, actorOf(req), { asOf });
      flash(req, `Task ${taskId} was created.`);
      leadTo(req, res, paths.task(taskId));
    });
  };

  return { form, create };
}

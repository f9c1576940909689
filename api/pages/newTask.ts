import type { Request, RequestHandler, Response } from 'express';
import type { Typed } from '../../views/components/field/field.ts';
import type { TaskPreviewInput } from '../../views/pages/tasks/taskPreview.ts';
import { presentTaskPreview } from '../present/taskPreview.ts';
import type { ApiRequest } from '../../views/pages/tasks/curlCommand.ts';
import { newTaskPage, type NewTaskInput } from '../../views/pages/tasks/new.ts';
import { taskKinds, type TaskKind } from '../../views/pages/tasks/taskKinds.ts';
import { paths } from '../../views/paths.ts';
import { DomainError } from '../../domain/errors.ts';
import { actorOf, identityOf, type Actor } from '../requestContext.ts';
import { bodyCheck } from '../contract/bodyCheck.ts';
import type { PageSources } from './deps.ts';
import { fieldsOf } from './form.ts';
import { formOffers, type OfferSources } from './formOffers.ts';
import { faultsOf } from './formFaults.ts';
import { leadTo, say, sendPage } from './pageAnswer.ts';
import { picturedObjects } from './picturedObjects.ts';
import { readTaskForm, type TaskOrder } from './taskForm.ts';

type NewTaskSources = OfferSources &
  Pick<PageSources, 'faceLists' | 'eventLists' | 'taskActions' | 'previewTask' | 'contract'>;

// Removing this many objects or more asks for their number.
const countTypedFrom = 1_000;
const createdAt = { 4: '/tasks/gc', 5: '/tasks/additional_extract' } as const;

export function newTask(sources: NewTaskSources) {
  const { taskActions, previewTask, contract } = sources;
  const checks = {
    4: bodyCheck(contract, 'post', createdAt[4]),
    5: bodyCheck(contract, 'post', createdAt[5]),
  };

  const show = async (
    req: Request,
    res: Response,
    kind: TaskKind,
    more: Pick<NewTaskInput, 'typed' | 'preview'> = {},
  ): Promise<void> => {
    const page = newTaskPage({ kind, ...(await formOffers(sources)), ...more });
    const isFaulty = Object.keys(more.typed?.faults ?? {}).length > 0;
    sendPage(req, res, 'tasks/new', page, isFaulty ? 400 : 200);
  };

  const start = (order: TaskOrder, actor: Actor): Promise<number> =>
    order.taskType === 5
      ? taskActions.createExtract(order.content, order.wishes, actor)
      : taskActions.createGc(order.content, order.wishes, actor);

  const look = async (req: Request, order: TaskOrder): Promise<TaskPreviewInput> => {
    const found = await (order.taskType === 5
      ? previewTask({ task_type: 5, content: order.content })
      : previewTask({ task_type: 4, content: order.content }));
    return {
      ...presentTaskPreview(found),
      pictured: await picturedObjects(sources, found.sample),
      request: requestOf(req, order),
      needsCount: order.taskType === 4 && found.count >= countTypedFrom,
    };
  };

  const form: RequestHandler = (req, res) => show(req, res, kindOf(req.query['kind']));

  const create: RequestHandler = async (req, res) => {
    const { kind: given, step, ...values } = fieldsOf(req.body);
    const kind = kindOf(given);
    const typed: Typed = { values: { kind, ...values }, faults: {} };
    try {
      const order = readTaskForm(kind, values);
      checks[order.taskType](bodyOf(order));
      const preview = step === 'preview' || order.taskType === 4 ? await look(req, order) : undefined;
      if (step === 'preview' && preview !== undefined) {
        await show(req, res, kind, { typed, preview });
        return;
      }
      if (preview?.needsCount === true && !isCount(values['confirm_count'], preview.count)) {
        const faults = { confirm_count: 'type how many objects are removed' };
        await show(req, res, kind, { typed: { ...typed, faults }, preview });
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

/** The number as it was shown or nearly: objects may have come or gone since. */
function isCount(typed: string | undefined, count: number): boolean {
  const digits = (typed ?? '').replaceAll(/[\s,.]/g, '');
  return /^\d+$/.test(digits) && Math.abs(Number(digits) - count) <= count / 100;
}

function kindOf(given: unknown): TaskKind {
  return taskKinds.find((kind) => kind === given) ?? 'extract-faces';
}

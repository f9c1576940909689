import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import type { Typed } from '../../../views/components/field/field.ts';
import { schedulesPage } from '../../../views/pages/schedules/list.ts';
import { newSchedulePage, type NewScheduleInput } from '../../../views/pages/schedules/new.ts';
import type { FormOptions } from '../../../views/pages/tasks/fields/newTaskFields.ts';
import { neededForKind, toTaskKind, type TaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import { paths } from '../../../views/paths.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import { changesSince } from '../../audit/changesSince.ts';
import { presentScheduleOfPage } from '../present.ts';
import { demand } from '../../http/middleware/allow.ts';
import { actorOf, identityOf } from '../../http/requestContext.ts';
import type { ScheduleBody } from '../actions.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { formOptions, type FormSources } from '../../tasks/pages/formOptions.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { leadToTyped, readTypedForm } from '../../html/typedForm.ts';
import { fromTaskId, leadToTask, readFromTask, type FromTaskSources } from '../../tasks/pages/fromTask.ts';
import { carriedValues, type TaskRequest } from '../../tasks/pages/taskForm.ts';
import { countedAt, countFault, previewForm, type LookSources } from '../../tasks/pages/previewForm.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { readPaging } from '../../html/paging.ts';
import { withAccountId } from '../../tasks/pages/accountOfForm.ts';
import { readSchedule, scheduleValues } from './scheduleForm.ts';
import { idOf } from '../../tasks/pages/taskId.ts';

type ScheduleSources = FormSources &
  LookSources &
  FromTaskSources &
  Pick<PageSources, 'scheduleQueries' | 'scheduleActions' | 'auditQueries' | 'contract' | 'clock'>;

/** A form as it was sent. */
type Shown = Pick<NewScheduleInput, 'kind' | 'changed'> & { readonly typed: Typed };

export function schedulePages(sources: ScheduleSources) {
  const { scheduleQueries, scheduleActions, auditQueries, contract, clock } = sources;
  const checkSchedule = bodyCheck(contract, 'post', '/tasks/schedules');
  const preview = previewForm(sources, { forLater: true });

  const list: RequestHandler = async (req, res) => {
    const paging = readPaging(req.query, 20);
    const [schedules, count] = await Promise.all([scheduleQueries.page(paging), scheduleQueries.count()]);
    const now = clock.now();
    const shown = schedules.map((schedule) => presentScheduleOfPage(schedule, now));
    const { permissions } = identityOf(req);
    const page = schedulesPage({ permissions, schedules: shown, now, count, ...paging });
    sendPage(req, res, 'schedules/list', page);
  };

  const show = async (
    req: Request,
    res: Response,
    input: Omit<NewScheduleInput, keyof FormOptions | 'permissions'>,
    status = 200,
  ): Promise<void> => {
    const identity = identityOf(req);
    demand(identity, neededForKind(input.kind));
    const page = newSchedulePage({
      ...input,
      permissions: identity.permissions,
      ...(await formOptions(sources, input.kind, input.typed?.values['account_id'])),
    });
    sendPage(req, res, 'schedules/new', page, status);
  };

  const form: RequestHandler = async (req, res) => {
    const { kind, step, typed } = readTypedForm(req);
    const from = step === undefined ? fromTaskId(typed.values) : null;
    if (from !== null) {
      const filled = await readFromTask(sources, from, { isRetry: false });
      if (filled !== null)
        await show(req, res, { kind: filled.kind, typed: { values: filled.values, faults: {} } });
      else leadToTask(req, res, from);
    } else if (step === 'check') await look(req, res, toTaskKind(kind), typed.values);
    else await show(req, res, { kind: toTaskKind(kind), typed });
  };

  const editForm: RequestHandler = async (req, res) => {
    const { kind, step, typed } = readTypedForm(req);
    if (step === 'check') {
      await look(req, res, toTaskKind(kind), typed.values);
      return;
    }
    const scheduleId = idOf(req, 'schedule_id');
    const schedule = await scheduleQueries.find(scheduleId);
    if (schedule === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
    const found = scheduleValues(schedule);
    if (found === null) {
      // A form that leaves something out would take it away with the next change.
      flash(
        req,
        `The form cannot show everything in schedule ${scheduleId}; change it through the API.`,
        'bad',
      );
      leadTo(req, res, paths.schedules());
      return;
    }
    const changed = { scheduleId, revision: String(schedule.revision) };
    // What was typed may be kept no longer: then it is said, above what is saved.
    const { faults } = typed;
    await show(req, res, { kind: found.kind, typed: { values: found.values, faults }, changed });
  };

  /** What others have done to a schedule since somebody read its form: each change leaves one line in the audit. */
  const meanwhile = async (scheduleId: number, revision: string) => {
    const schedule = await scheduleQueries.find(scheduleId);
    if (schedule === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
    const changes = await changesSince(
      auditQueries,
      { objectType: 'schedule', objectId: String(scheduleId) },
      // A run by hand changes nothing of it.
      { missed: schedule.revision - Number(revision), isChange: (action) => action !== 'schedule.run' },
    );
    return { revision: String(schedule.revision), meanwhile: changes };
  };

  /** What was typed is shown with what is wrong with it, whatever was to become of it. */
  const orRefuse = async (
    [req, res]: readonly [Request, Response],
    kind: TaskKind,
    { revision = '', ...values }: Typed['values'],
    act: (request: TaskRequest, schedule: ScheduleBody, shown: Shown) => Promise<void>,
  ): Promise<void> => {
    const isNew = req.params['schedule_id'] === undefined;
    const edited = isNew ? {} : { changed: { scheduleId: idOf(req, 'schedule_id'), revision } };
    // The kind is there in every form that was sent, so a box that is absent was unticked.
    const typed = { values: { kind, ...values }, faults: {} };
    try {
      const { request, body } = readSchedule(kind, await withAccountId(sources, values));
      checkSchedule(body);
      // The document has proven that it is one.
      await act(request, body as ScheduleBody, { kind, typed, ...edited });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.error === 'scheduleChanged') {
        const scheduleId = idOf(req, 'schedule_id');
        const changed = { scheduleId, ...(await meanwhile(scheduleId, revision)) };
        await show(req, res, { kind, typed, changed }, error.entry.status);
      } else if (error.entry.status === 400) {
        await show(req, res, { kind, typed: { ...typed, faults: faultsOf(error) }, ...edited }, 400);
      } else throw error;
    }
  };

  /** Only says when it would run, and what it would find now. */
  const look = (req: Request, res: Response, kind: TaskKind, values: Typed['values']): Promise<void> =>
    orRefuse([req, res], kind, values, async (request, schedule, shown) => {
      const times = (await scheduleActions.nextRuns(schedule)).map((run) => run.toISOString());
      const nextRuns = { times, cron: schedule.cron, timeZone: schedule.time_zone ?? 'UTC' };
      const found = await preview(req, request, { ...sentTo(req), body: schedule });
      await show(req, res, { ...shown, nextRuns, preview: found });
    });

  /** Makes a schedule or changes one. */
  const save = (
    keep: (req: Request, body: ScheduleBody, revision: string) => Promise<Kept>,
  ): RequestHandler => {
    return async (req, res) => {
      const { kind: given, step, ...values } = fieldsOf(req.body);
      const kind = toTaskKind(given);
      if (step === 'kind') {
        const typed = carriedValues(kind, values);
        if (!leadToTyped(req, res, paths.newSchedule, { step: 'kind', ...typed.values }))
          await show(req, res, { kind, typed });
        return;
      }
      if (step === 'check') {
        const { confirm_count: _count, confirm_time: _time, ...kept } = values;
        if (!leadToTyped(req, res, formPath(req), { kind, step, ...kept })) await look(req, res, kind, kept);
        return;
      }
      await orRefuse([req, res], kind, values, async (request, schedule, shown) => {
        // A cron expression or a zone that cannot be read is refused before anything is counted.
        await scheduleActions.nextRuns(schedule);
        if (request.taskType === 4) {
          const at = countedAt(values['confirm_time'], clock.now());
          const found = await preview(req, request, { ...sentTo(req), body: schedule }, at);
          const faults = countFault(found, values['confirm_count']);
          if (faults !== null) {
            await show(req, res, { ...shown, typed: { ...shown.typed, faults }, preview: found }, 400);
            return;
          }
        }
        const { scheduleId, words } = await keep(req, schedule, values['revision'] ?? '');
        flash(req, words);
        leadTo(req, res, paths.schedule(scheduleId));
      });
    };
  };

  const create = save(async (req, schedule) => {
    const scheduleId = await scheduleActions.create(schedule, actorOf(req));
    return { scheduleId, words: `Schedule ${scheduleId} was created and started.` };
  });

  const replace = save(async (req, schedule, revision) => {
    const scheduleId = idOf(req, 'schedule_id');
    await scheduleActions.replace(scheduleId, schedule, actorOf(req), [Number(revision)]);
    return { scheduleId, words: `Schedule ${scheduleId} was changed.` };
  });

  const act =
    (action: 'start' | 'stop' | 'remove'): RequestHandler =>
    async (req, res) => {
      const scheduleId = idOf(req, 'schedule_id');
      const actor = actorOf(req);
      if (action === 'remove') await scheduleActions.remove(scheduleId, actor);
      else await scheduleActions.setActive(scheduleId, action === 'start', actor);
      flash(req, `Schedule ${scheduleId} was ${said[action]}.`);
      const isOnItsPage = fieldsOf(req.body)['from'] === 'page';
      leadTo(req, res, isOnItsPage ? paths.schedule(scheduleId) : paths.schedules());
    };

  return { list, form, create, editForm, replace, act };
}

interface Kept {
  readonly scheduleId: number;
  readonly words: string;
}

const said: Record<'start' | 'stop' | 'remove', string> = {
  start: 'started',
  stop: 'stopped',
  remove: 'removed',
};

/** Where the form is that was sent. */
function formPath(req: Request): (kind: string, values: Typed['values']) => string {
  if (req.params['schedule_id'] === undefined) return paths.newSchedule;
  const scheduleId = idOf(req, 'schedule_id');
  return (kind, values) => paths.changeSchedule(scheduleId, { kind, ...values });
}

function sentTo(req: Request): { method?: 'PUT'; path: string } {
  const path = '/tasks/schedules';
  if (req.params['schedule_id'] === undefined) return { path };
  return { method: 'PUT', path: `${path}/${idOf(req, 'schedule_id')}` };
}

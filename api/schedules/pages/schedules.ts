import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { schedulesPage } from '../../../views/pages/schedules/list.ts';
import { newSchedulePage, type NewScheduleInput } from '../../../views/pages/schedules/new.ts';
import type { FormOptions } from '../../../views/pages/tasks/newTaskFields.ts';
import { toTaskKind } from '../../../views/pages/tasks/taskKinds.ts';
import type { ScheduleRunShape } from '../../../views/shapes.ts';
import { paths, type ScheduleAction } from '../../../views/paths.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import { presentAuditEntry } from '../../audit/present.ts';
import { presentSchedule } from '../present.ts';
import { actorOf } from '../../http/requestContext.ts';
import type { ScheduleBody } from '../actions.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { formOptions, type FormSources } from '../../tasks/pages/formOptions.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { carriedValues } from '../../tasks/pages/taskForm.ts';
import { countedAt, countFault, previewForm, type LookSources } from '../../tasks/pages/previewForm.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { readPaging } from '../../html/paging.ts';
import { readSchedule, scheduleValues } from './scheduleForm.ts';
import { idOf } from '../../tasks/pages/taskId.ts';

type ScheduleSources = FormSources &
  LookSources &
  Pick<PageSources, 'scheduleQueries' | 'scheduleActions' | 'auditQueries' | 'contract' | 'clock'>;

const missedAtMost = 5;

export function schedulePages(sources: ScheduleSources) {
  const { scheduleQueries, scheduleActions, auditQueries, contract, clock } = sources;
  const checkSchedule = bodyCheck(contract, 'post', '/tasks/schedules');
  const look = previewForm(sources, { forLater: true });

  const list: RequestHandler = async (req, res) => {
    const paging = readPaging(req.query, 20);
    const [schedules, count] = await Promise.all([scheduleQueries.page(paging), scheduleQueries.count()]);
    const now = clock.now();
    const shown = schedules.map((schedule) => ({
      ...presentSchedule(schedule, now),
      // What the engine's side writes there: db/schedules/scheduledTasks.ts.
      last_run: schedule.lastRun as ScheduleRunShape | null,
    }));
    sendPage(req, res, 'schedules/list', schedulesPage({ schedules: shown, now, count, ...paging }));
  };

  const show = async (
    req: Request,
    res: Response,
    input: Omit<NewScheduleInput, keyof FormOptions>,
    status = 200,
  ): Promise<void> => {
    const page = newSchedulePage({ ...input, ...(await formOptions(sources, input.kind)) });
    sendPage(req, res, 'schedules/new', page, status);
  };

  const form: RequestHandler = (req, res) => {
    const { kind, ...values } = fieldsOf(req.query, 'badQueryParameter');
    return show(req, res, { kind: toTaskKind(kind), typed: { values, faults: {}, isPrefilled: true } });
  };

  const editForm: RequestHandler = async (req, res) => {
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
    await show(req, res, { kind: found.kind, typed: { values: found.values, faults: {} }, changed });
  };

  /** What others have done to a schedule since somebody read its form: each change leaves one line in the audit. */
  const meanwhile = async (scheduleId: number, revision: string) => {
    const schedule = await scheduleQueries.find(scheduleId);
    if (schedule === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
    const missed = schedule.revision - Number(revision);
    const pageSize = missed > 0 && missed < missedAtMost ? missed : missedAtMost;
    const lines = await auditQueries.page(
      { objectType: 'schedule', objectId: String(scheduleId) },
      { page: 1, pageSize },
    );
    return { revision: String(schedule.revision), meanwhile: lines.map(presentAuditEntry) };
  };

  /** Makes a schedule or changes one, or only says when it would run and what it would find now. */
  const save = (
    keep: (req: Request, body: ScheduleBody, revision: string) => Promise<string>,
  ): RequestHandler => {
    return async (req, res) => {
      const { kind: given, step, revision = '', ...values } = fieldsOf(req.body);
      const kind = toTaskKind(given);
      const isNew = req.params['schedule_id'] === undefined;
      const edited = isNew ? {} : { changed: { scheduleId: idOf(req, 'schedule_id'), revision } };
      if (step === 'kind') {
        await show(req, res, { kind, typed: carriedValues(kind, values) });
        return;
      }
      // The kind is there in every form that was sent, so a box that is absent was unticked.
      const typed = { kind, ...values };
      try {
        const { request, body } = readSchedule(kind, values);
        checkSchedule(body);
        // The document has proven that it is one.
        const schedule = body as ScheduleBody;
        const times = (await scheduleActions.nextRuns(schedule)).map((run) => run.toISOString());
        const nextRuns = { times, timeZone: schedule.time_zone ?? 'UTC' };
        const isLook = step === 'check' || request.taskType === 4;
        const at = step === 'check' ? undefined : countedAt(values['confirm_time'], clock.now());
        const preview = isLook ? await look(req, request, { ...sentTo(req), body }, at) : undefined;
        if (step === 'check' && preview !== undefined) {
          await show(req, res, { kind, typed: { values: typed, faults: {} }, nextRuns, preview, ...edited });
          return;
        }
        const faults = preview === undefined ? null : countFault(preview, values['confirm_count']);
        if (faults !== null && preview !== undefined) {
          await show(req, res, { kind, typed: { values: typed, faults }, preview, ...edited }, 400);
          return;
        }
        flash(req, await keep(req, schedule, revision));
        leadTo(req, res, paths.schedules());
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        if (error.error === 'scheduleChanged') {
          const scheduleId = idOf(req, 'schedule_id');
          const changed = { scheduleId, ...(await meanwhile(scheduleId, revision)) };
          await show(req, res, { kind, typed: { values: typed, faults: {} }, changed }, error.entry.status);
        } else if (error.entry.status === 400) {
          await show(req, res, { kind, typed: { values: typed, faults: faultsOf(error) }, ...edited }, 400);
        } else throw error;
      }
    };
  };

  const create = save(async (req, schedule) => {
    const scheduleId = await scheduleActions.create(schedule, actorOf(req));
    return `Schedule ${scheduleId} was created and started.`;
  });

  const replace = save(async (req, schedule, revision) => {
    const scheduleId = idOf(req, 'schedule_id');
    await scheduleActions.replace(scheduleId, schedule, actorOf(req), [Number(revision)]);
    return `Schedule ${scheduleId} was changed.`;
  });

  const act =
    (action: ScheduleAction): RequestHandler =>
    async (req, res) => {
      const scheduleId = idOf(req, 'schedule_id');
      const actor = actorOf(req);
      if (action === 'remove') await scheduleActions.remove(scheduleId, actor);
      else await scheduleActions.setActive(scheduleId, action === 'start', actor);
      flash(req, `Schedule ${scheduleId} was ${said[action]}.`);
      leadTo(req, res, paths.schedules());
    };

  return { list, form, create, editForm, replace, act };
}

const said: Record<ScheduleAction, string> = { start: 'started', stop: 'stopped', remove: 'removed' };

function sentTo(req: Request): { method?: 'PUT'; path: string } {
  const path = '/tasks/schedules';
  if (req.params['schedule_id'] === undefined) return { path };
  return { method: 'PUT', path: `${path}/${idOf(req, 'schedule_id')}` };
}

import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { taskTypes } from '../../domain/tasks/task.ts';
import { schedulesPage } from '../../views/pages/schedules/list.ts';
import {
  newSchedulePage,
  scheduleKinds,
  type NewScheduleInput,
  type ScheduleKind,
} from '../../views/pages/schedules/new.ts';
import type { ScheduleRunShape } from '../../views/shapes.ts';
import { paths, type ScheduleAction } from '../../views/paths.ts';
import { bodyCheck } from '../contract/bodyCheck.ts';
import { presentSchedule } from '../present/schedule.ts';
import { actorOf } from '../requestContext.ts';
import type { ScheduleBody } from '../scheduleActions.ts';
import type { PageSources } from './deps.ts';
import { fieldsOf } from './form.ts';
import { leadTo, say, sendPage } from './pageAnswer.ts';
import { readPaging } from './paging.ts';
import { readSchedule, scheduleFaults } from './scheduleForm.ts';
import { idOf } from './taskId.ts';

type ScheduleSources = Pick<PageSources, 'scheduleLists' | 'scheduleActions' | 'contract'>;

export function schedulePages({ scheduleLists, scheduleActions, contract }: ScheduleSources) {
  const checkSchedule = bodyCheck(contract, 'post', '/tasks/schedules');

  const list: RequestHandler = async (req, res) => {
    const paging = readPaging(req.query, 20);
    const [schedules, count] = await Promise.all([scheduleLists.page(paging), scheduleLists.count()]);
    const now = new Date();
    const shown = schedules.map((schedule) => ({
      ...presentSchedule(schedule, now),
      // What the engine's side writes there: db/scheduledTasks.ts.
      last_run: schedule.lastRun as ScheduleRunShape | null,
    }));
    sendPage(req, res, 'schedules/list', schedulesPage({ schedules: shown, count, ...paging }));
  };

  const show = (req: Request, res: Response, input: NewScheduleInput, status = 200): void => {
    sendPage(req, res, 'schedules/new', newSchedulePage(input), status);
  };

  const form: RequestHandler = (req, res) => {
    show(req, res, { kind: kindOf(req.query['kind']) });
  };

  /** Makes the schedule, or only says when it would run. */
  const create: RequestHandler = async (req, res) => {
    const { kind: given, check, ...values } = fieldsOf(req.body);
    const kind = kindOf(given);
    try {
      const body = readSchedule(kind === 'extract' ? taskTypes.additionalExtract : taskTypes.gc, values);
      checkSchedule(body);
      // The document has proven that it is one.
      const schedule = body as ScheduleBody;
      if (check !== undefined) {
        const nextRuns = scheduleActions.nextRuns(schedule).map((run) => run.toISOString());
        show(req, res, { kind, typed: { values, faults: {} }, nextRuns });
        return;
      }
      const scheduleId = await scheduleActions.create(schedule, actorOf(req));
      say(req, `Schedule ${scheduleId} was made and started.`);
      leadTo(req, res, paths.schedules());
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      show(req, res, { kind, typed: { values, faults: scheduleFaults(error) } }, 400);
    }
  };

  const act =
    (action: ScheduleAction): RequestHandler =>
    async (req, res) => {
      const scheduleId = idOf(req, 'schedule_id');
      const actor = actorOf(req);
      if (action === 'remove') await scheduleActions.remove(scheduleId, actor);
      else await scheduleActions.setActive(scheduleId, action === 'start', actor);
      say(req, `Schedule ${scheduleId} was ${said[action]}.`);
      leadTo(req, res, paths.schedules());
    };

  return { list, form, create, act };
}

const said: Record<ScheduleAction, string> = { start: 'started', stop: 'stopped', remove: 'removed' };

function kindOf(given: unknown): ScheduleKind {
  return scheduleKinds.find((kind) => kind === given) ?? 'extract';
}

import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { schedulesPage } from '../../views/pages/schedules/list.ts';
import { newSchedulePage, type NewScheduleInput } from '../../views/pages/schedules/new.ts';
import { taskKinds, type TaskKind } from '../../views/pages/tasks/taskKinds.ts';
import type { ScheduleRunShape } from '../../views/shapes.ts';
import { paths, type ScheduleAction } from '../../views/paths.ts';
import { bodyCheck } from '../contract/bodyCheck.ts';
import { presentSchedule } from '../present/schedule.ts';
import { actorOf } from '../requestContext.ts';
import type { ScheduleBody } from '../scheduleActions.ts';
import type { PageSources } from './deps.ts';
import { fieldsOf } from './form.ts';
import { faultsOf } from './formFaults.ts';
import { leadTo, say, sendPage } from './pageAnswer.ts';
import { readPaging } from './paging.ts';
import { readSchedule } from './scheduleForm.ts';
import { idOf } from './taskId.ts';

type ScheduleSources = Pick<
  PageSources,
  'accountLists' | 'scheduleLists' | 'scheduleActions' | 'contract' | 'extractors'
>;

const suggestedAccounts = 50;

export function schedulePages(sources: ScheduleSources) {
  const { accountLists, scheduleLists, scheduleActions, contract, extractors } = sources;
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

  const show = async (
    req: Request,
    res: Response,
    input: Omit<NewScheduleInput, 'accounts' | 'versions'>,
    status = 200,
  ): Promise<void> => {
    const { accounts } = await accountLists.page({ page: 1, pageSize: suggestedAccounts });
    const page = newSchedulePage({
      ...input,
      accounts: accounts.map(({ accountId, login }) => ({ account_id: accountId, login })),
      versions: extractors,
    });
    sendPage(req, res, 'schedules/new', page, status);
  };

  const form: RequestHandler = (req, res) => show(req, res, { kind: kindOf(req.query['kind']) });

  /** Makes the schedule, or only says when it would run. */
  const create: RequestHandler = async (req, res) => {
    const { kind: given, check, ...values } = fieldsOf(req.body);
    const kind = kindOf(given);
    // The kind is there in every form that was sent, so a box that is absent was unticked.
    const typed = { kind, ...values };
    try {
      const body = readSchedule(kind, values);
      checkSchedule(body);
      // The document has proven that it is one.
      const schedule = body as ScheduleBody;
      if (check !== undefined) {
        const nextRuns = scheduleActions.nextRuns(schedule).map((run) => run.toISOString());
        await show(req, res, { kind, typed: { values: typed, faults: {} }, nextRuns });
        return;
      }
      const scheduleId = await scheduleActions.create(schedule, actorOf(req));
      say(req, `Schedule ${scheduleId} was made and started.`);
      leadTo(req, res, paths.schedules());
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      await show(req, res, { kind, typed: { values: typed, faults: faultsOf(error) } }, 400);
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

function kindOf(given: unknown): TaskKind {
  return taskKinds.find((kind) => kind === given) ?? 'extract-faces';
}

import type { Request, Response } from 'express';
import type { Stores } from '../../db/stores.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ApprovalActions, DecisionBody } from '../approvals/actions.ts';
import type { Clock } from '../http/instants.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, inputOf } from '../http/requestContext.ts';
import type { ScheduleActions, ScheduleBody } from './actions.ts';
import { presentSchedule } from './present.ts';
import { presentRun } from './presentRun.ts';

export interface SchedulesDeps extends Pick<Stores, 'scheduleQueries' | 'scheduleRunQueries'> {
  readonly scheduleActions: ScheduleActions;
  readonly approvalActions: ApprovalActions;
  readonly clock: Clock;
}

interface OneSchedule {
  params: { schedule_id: number };
}

export function scheduleRoutes(deps: SchedulesDeps): Handlers {
  const { scheduleQueries, scheduleRunQueries, scheduleActions, clock } = deps;
  const show = async (res: Response, scheduleId: number): Promise<void> => {
    const schedule = await scheduleQueries.find(scheduleId);
    if (schedule === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
    setRevision(res, schedule.revision).json(presentSchedule(schedule, clock.now()));
  };

  return {
    getSchedules: async (req, res) => {
      const { query } = inputOf<{ query: { page: number; page_size: number } }>(req);
      const [schedules, count] = await Promise.all([
        scheduleQueries.page({ page: query.page, pageSize: query.page_size }),
        scheduleQueries.count(),
      ]);
      const now = clock.now();
      res.json({ schedules: schedules.map((one) => presentSchedule(one, now)), schedule_count: count });
    },

    createSchedule: async (req, res) => {
      const { body } = inputOf<{ body: ScheduleBody }>(req);
      const scheduleId = await scheduleActions.create(body, actorOf(req));
      res.status(201).location(`${req.baseUrl}/tasks/schedules/${scheduleId}`);
      await show(res, scheduleId);
    },

    getSchedule: async (req, res) => {
      await show(res, inputOf<OneSchedule>(req).params.schedule_id);
    },

    getScheduleRuns: async (req, res) => {
      const { params, query } = inputOf<OneSchedule & { query: { page: number; page_size: number } }>(req);
      const scheduleId = params.schedule_id;
      const [schedule, runs, count] = await Promise.all([
        scheduleQueries.find(scheduleId),
        scheduleRunQueries.page(scheduleId, { page: query.page, pageSize: query.page_size }),
        scheduleRunQueries.count(scheduleId),
      ]);
      if (schedule === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
      res.json({ runs: runs.map(presentRun), run_count: count });
    },

    runSchedule: async (req, res) => {
      const { params, body } = inputOf<OneSchedule & { body?: { even_if_active?: boolean } }>(req);
      const evenIfActive = body?.even_if_active ?? false;
      const taskId = await scheduleActions.run(params.schedule_id, { evenIfActive }, actorOf(req));
      res.status(201).location(`${req.baseUrl}/tasks/${taskId}`).json({ task_id: taskId });
    },

    replaceSchedule: async (req, res) => {
      const { params, body } = inputOf<OneSchedule & { body: ScheduleBody }>(req);
      await scheduleActions.replace(params.schedule_id, body, actorOf(req), allowedRevisions(req));
      await show(res, params.schedule_id);
    },

    controlSchedule: async (req, res) => {
      const { params, body } = inputOf<OneSchedule & { body: { action: 'start' | 'stop' } | DecisionBody }>(
        req,
      );
      const [scheduleId, actor, seen] = [params.schedule_id, actorOf(req), allowedRevisions(req)];
      if ('reason' in body) await deps.approvalActions.decideSchedule(scheduleId, body, actor, seen);
      else await scheduleActions.setActive(scheduleId, body.action === 'start', actor, seen);
      await show(res, params.schedule_id);
    },

    removeSchedule: async (req, res) => {
      const { params } = inputOf<OneSchedule>(req);
      await scheduleActions.remove(params.schedule_id, actorOf(req), allowedRevisions(req));
      res.json({});
    },
  };
}

/** Names the state of what is answered, for `If-Match`. */
function setRevision(res: Response, revision: number): Response {
  return res.set('ETag', `"${revision}"`);
}

/** The revisions that `If-Match` allows to be changed; undefined: any. A tag that was never given allows none. */
function allowedRevisions(req: Request): number[] | undefined {
  const given = req.get('If-Match')?.trim();
  if (given === undefined || given === '*') return undefined;
  return given.split(',').flatMap((tag) => {
    const revision = /^"(\d{1,10})"$/.exec(tag.trim())?.[1];
    return revision === undefined ? [] : [Number(revision)];
  });
}

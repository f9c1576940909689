import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { schedulePage } from '../../../views/pages/schedules/one.ts';
import { identityOf } from '../../http/requestContext.ts';
import type { PageSources } from '../../html/deps.ts';
import { readPanel } from '../../approvals/pages/readPanel.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { readPaging } from '../../html/paging.ts';
import { idOf } from '../../tasks/pages/taskId.ts';
import { presentScheduleOfPage } from '../present.ts';
import { presentRunOfPage } from '../presentRun.ts';

type OneScheduleSources = Pick<
  PageSources,
  'approvalQueries' | 'scheduleQueries' | 'scheduleRunQueries' | 'clock'
>;

export function oneSchedule({
  approvalQueries,
  scheduleQueries,
  scheduleRunQueries,
  clock,
}: OneScheduleSources): RequestHandler {
  return async (req, res) => {
    const scheduleId = idOf(req, 'schedule_id');
    const paging = readPaging(req.query, 20);
    const [schedule, runs, runCount] = await Promise.all([
      scheduleQueries.find(scheduleId),
      scheduleRunQueries.page(scheduleId, paging),
      scheduleRunQueries.count(scheduleId),
    ]);
    if (schedule === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
    const now = clock.now();
    const shape = presentScheduleOfPage(schedule, now);
    const page = schedulePage({
      schedule: shape,
      approval: await readPanel(approvalQueries, req, { scheduleId }, shape.approval, schedule.revision),
      permissions: identityOf(req).permissions,
      runs: runs.map(presentRunOfPage),
      createdBy: schedule.createdByLogin,
      ...{ runCount, now, ...paging },
    });
    sendPage(req, res, 'schedules/one', page);
  };
}

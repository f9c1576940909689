import type { Request, RequestHandler, Response } from 'express';
import type { ScheduleRow } from '../../../db/schedules/scheduleQueries.ts';
import { neededFor } from '../../../domain/accounts/permission.ts';
import { DomainError } from '../../../domain/errors.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';
import type { Typed } from '../../../views/components/field/field.ts';
import { runNowPage } from '../../../views/pages/schedules/runNow.ts';
import { paths } from '../../../views/paths.ts';
import { demand } from '../../http/middleware/allow.ts';
import { actorOf, identityOf } from '../../http/requestContext.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { flash, leadTo, sendPage } from '../../html/pageAnswer.ts';
import { countedAt, countFault, previewForm, type LookSources } from '../../tasks/pages/previewForm.ts';
import type { TaskRequest } from '../../tasks/pages/taskForm.ts';
import { idOf } from '../../tasks/pages/taskId.ts';
import { kindOf } from '../../tasks/pages/orderValues.ts';

type RunSources = LookSources & Pick<PageSources, 'scheduleQueries' | 'scheduleActions' | 'clock'>;

/** Runs a schedule by hand: a removal after its objects were counted, as when a task is created. */
export function runSchedule(sources: RunSources) {
  const { scheduleQueries, scheduleActions, clock } = sources;
  const look = previewForm(sources);

  const find = async (req: Request): Promise<ScheduleRow> => {
    const scheduleId = idOf(req, 'schedule_id');
    const schedule = await scheduleQueries.find(scheduleId);
    if (schedule === null) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
    demand(identityOf(req), neededFor(schedule.taskType));
    return schedule;
  };

  const preview = (req: Request, { scheduleId, taskType, content }: ScheduleRow, at?: Date) => {
    const request = { taskType, content, options: {} } as TaskRequest;
    return look(req, request, { path: `/tasks/schedules/${scheduleId}/run`, body: {} }, at);
  };

  const show = async (
    req: Request,
    res: Response,
    schedule: ScheduleRow,
    more: {
      readonly counted?: Awaited<ReturnType<typeof preview>>;
      readonly refusal?: DomainError;
      readonly typed?: Typed;
    } = {},
  ): Promise<void> => {
    const { counted, refusal, typed = { values: {}, faults: {} } } = more;
    const [shown, defaults] = await Promise.all([
      counted ?? preview(req, schedule),
      sources.defaultVersions.read(),
    ]);
    const { scheduleId, taskType, content } = schedule;
    const page = runNowPage({
      ...{ scheduleId, taskType, content, kind: kindOf(content), defaults, preview: shown, typed },
      refusal: refusal === undefined ? null : refusal.message,
      isActive: refusal?.error === 'previousRunActive',
    });
    const isFaulty = Object.keys(typed.faults).length > 0;
    sendPage(req, res, 'schedules/runNow', page, refusal?.entry.status ?? (isFaulty ? 400 : 200));
  };

  const form: RequestHandler = async (req, res) => {
    await show(req, res, await find(req));
  };

  const run: RequestHandler = async (req, res) => {
    const { step, ...values } = fieldsOf(req.body);
    const schedule = await find(req);
    const asOf = countedAt(values['confirm_time'], clock.now());
    if (step === 'preview') {
      await show(req, res, schedule);
      return;
    }
    if (schedule.taskType === taskTypes.gc) {
      // Removed descriptors is what was counted, whatever has come since.
      const counted = await preview(req, schedule, asOf);
      const faults = countFault(counted, values['confirm_count']);
      if (faults !== null) {
        await show(req, res, schedule, { counted, typed: { values, faults } });
        return;
      }
    }
    try {
      const evenIfActive = values['even_if_active'] !== undefined;
      const taskId = await scheduleActions.run(schedule.scheduleId, { evenIfActive, asOf }, actorOf(req));
      flash(req, `Task ${taskId} was created.`);
      leadTo(req, res, paths.schedule(schedule.scheduleId));
    } catch (error) {
      if (!(error instanceof DomainError) || ![400, 409].includes(error.entry.status)) throw error;
      await show(req, res, schedule, { refusal: error, typed: { values, faults: {} } });
    }
  };

  return { form, run };
}

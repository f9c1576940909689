import type { ScheduleRow } from '../../db/schedules/scheduleQueries.ts';
import { presentApproval } from '../approvals/present.ts';
import { nextRuns } from '../../platform/cron.ts';
import type { ScheduleRunShape } from '../../views/shapes.ts';

export type ScheduleJson = ReturnType<typeof presentSchedule>;

export const runsToShow = 5;

export function presentSchedule(schedule: ScheduleRow, now: Date) {
  const { approval } = schedule;
  const runs =
    schedule.active && (approval === null || approval.state === 'approved')
      ? nextRuns(schedule.cron, schedule.timeZone, now, runsToShow)
      : [];
  return {
    schedule_id: schedule.scheduleId,
    task_type: schedule.taskType,
    content: schedule.content,
    description: schedule.description,
    cron: schedule.cron,
    time_zone: schedule.timeZone,
    overlap_policy: schedule.overlapPolicy,
    catch_up_window: schedule.catchUpWindow,
    notification_policy: schedule.notificationPolicy,
    objects_per_second: schedule.objectsPerSecond,
    error_budget: schedule.errorBudget,
    active: schedule.active,
    approval: presentApproval(approval),
    followed: schedule.followed,
    next_runs: runs.map((run) => run.toISOString()),
    last_run: schedule.lastRun,
    created_by: schedule.createdBy,
    create_time: schedule.createTime.toISOString(),
    last_update_time: schedule.lastUpdateTime.toISOString(),
  };
}

export function presentScheduleOfPage(schedule: ScheduleRow, now: Date) {
  // What the engine's side writes there: db/schedules/scheduleRuns.ts.
  return { ...presentSchedule(schedule, now), last_run: schedule.lastRun as ScheduleRunShape | null };
}

import type { FollowedSchedules, ScheduleToFollow } from '../db/schedules/followedSchedules.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Gateway } from './gateway.ts';

export interface ScheduleReconcilerDeps {
  readonly schedules: FollowedSchedules;
  readonly gateway: Pick<Gateway, 'putSchedule' | 'findScheduleRevision' | 'removeSchedule'>;
  readonly metrics: Pick<Metrics, 'reconcilerRepairs'>;
  readonly log: Logger;
}

const pageSize = 100;
// In between only those whose row has changed are looked at.
const roundsBetweenFullLooks = 10;

/** Makes Temporal's schedules follow their rows, also when Temporal has lost them. One round at each call. */
export function createScheduleReconciler(deps: ScheduleReconcilerDeps): () => Promise<void> {
  let round = 0;
  return async () => {
    const which = round++ % roundsBetweenFullLooks === 0 ? 'all' : 'changed';
    for (let after = 0; ;) {
      const page = await deps.schedules.list(which, after, pageSize);
      for (const schedule of page) await follow(deps, schedule);
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) break;
      after = last.scheduleId;
    }
  };
}

async function follow(
  { schedules, gateway, metrics, log }: ScheduleReconcilerDeps,
  schedule: ScheduleToFollow,
): Promise<void> {
  const { scheduleId, revision, removed } = schedule;
  if (removed) {
    await gateway.removeSchedule(scheduleId);
    await schedules.forget(schedule);
    return;
  }
  if ((await gateway.findScheduleRevision(scheduleId)) !== revision) {
    await gateway.putSchedule(schedule);
    metrics.reconcilerRepairs.inc({ kind: 'schedule_followed' });
    log.info({ scheduleId, revision }, 'a schedule was synchronised');
  }
  await schedules.followed(schedule);
}

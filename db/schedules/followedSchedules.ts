import type { EngineSchedule } from '../../domain/schedules/schedule.ts';
import { isApproved } from './scheduledTasks.ts';
import type { Database } from '../sql/connection.ts';

export interface ScheduleToFollow extends EngineSchedule {
  readonly removed: boolean;
}

export type FollowedSchedules = ReturnType<typeof createFollowedSchedules>;

/** What the reconciler reads and writes so that Temporal's schedules follow the rows. */
export function createFollowedSchedules(db: Database) {
  return {
    /** Those that Temporal has not followed yet, or all; by id. */
    list: (which: 'changed' | 'all', afterScheduleId: number, limit: number): Promise<ScheduleToFollow[]> =>
      db.query<ScheduleToFollow>(
        `select schedule_id as "scheduleId", cron, time_zone as "timeZone", overlap_policy as "overlapPolicy",
           catch_up_window as "catchUpWindow", active and ${isApproved} as active, revision, removed
         from schedules where schedule_id > $1
           and ($2 or removed or followed_revision is distinct from revision)
         order by schedule_id limit $3`,
        [afterScheduleId, which === 'all', limit],
      ),

    /** Temporal's schedule is made from this revision. */
    followed: async ({ scheduleId, revision }: EngineSchedule): Promise<void> => {
      await db.query('update schedules set followed_revision = $2 where schedule_id = $1', [
        scheduleId,
        revision,
      ]);
    },

    /** Temporal's schedule is gone. */
    forget: async ({ scheduleId }: EngineSchedule): Promise<void> => {
      await db.query('delete from schedules where schedule_id = $1 and removed', [scheduleId]);
    },
  };
}

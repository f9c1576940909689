import type { Database } from '../sql/connection.ts';

export interface WatchedSchedule {
  readonly scheduleId: number;
  readonly cron: string;
  readonly timeZone: string;
  readonly revision: number;
  /** Up to then nothing was missed, or it is noted. */
  readonly since: Date;
}

export type MissedRuns = ReturnType<typeof createMissedRuns>;

/** What is known of the times at which schedules should have run. */
export function createMissedRuns(db: Database) {
  return {
    /**
     * Those of which a time may have been missed: started, and with no run that waits for the task before it. A task
     * that had to wait was made later than its time, and kept those in between from coming.
     */
    watched: (): Promise<WatchedSchedule[]> =>
      db.query<WatchedSchedule>(
        `select schedule_id as "scheduleId", cron, time_zone as "timeZone", revision,
           greatest(last_update_time, (last_run ->> 'scheduled_time')::timestamptz,
             (select create_time from tasks where task_id = (last_run ->> 'task_id')::bigint)) as since
         from schedules
         where active and not removed and (last_run ->> 'outcome') is distinct from 'waiting'
         order by schedule_id`,
      ),

    /** Shows the time as missed, unless the schedule was changed or has run meanwhile; says whether. */
    note: async ({ scheduleId, revision }: WatchedSchedule, time: Date): Promise<boolean> => {
      const scheduledTime = time.toISOString();
      const rows = await db.query(
        `update schedules set last_run = $3 where schedule_id = $1 and revision = $2
           and (last_run is null or (last_run ->> 'scheduled_time')::timestamptz < $4)
         returning schedule_id`,
        [
          scheduleId,
          revision,
          JSON.stringify({ scheduled_time: scheduledTime, outcome: 'missed', task_id: null, failure: null }),
          scheduledTime,
        ],
      );
      return rows.length > 0;
    },
  };
}

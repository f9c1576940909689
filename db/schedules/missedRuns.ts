import type { Database } from '../sql/connection.ts';
import { isApproved } from './scheduledTasks.ts';
import { noteRun, noteTime, type Absence } from './scheduleRuns.ts';
import { beatWatch, findAbsence } from './scheduleWatches.ts';

export interface WatchedSchedule {
  readonly scheduleId: number;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUpWindow: string;
  readonly revision: number;
  /** What became of the times up to then is noted. */
  readonly since: Date;
}

export type MissedRuns = ReturnType<typeof createMissedRuns>;

/** What is known of the times at which schedules should have run. */
export function createMissedRuns(db: Database) {
  return {
    /** Says that somebody watches, from whose absence missed times are explained. */
    beat: (now: Date): Promise<void> => beatWatch(db, now),

    /**
     * Those of which a time may have been missed: started, and with no run that waits for the task before it. What such
     * a run keeps from coming is known when it has come to its end.
     */
    watched: (): Promise<WatchedSchedule[]> =>
      db.query<WatchedSchedule>(
        `select schedule_id as "scheduleId", cron, time_zone as "timeZone", catch_up_window as "catchUpWindow",
           revision, greatest(last_update_time, watched_until) as since
         from schedules
         where active and ${isApproved} and not removed and (last_run ->> 'outcome') is distinct from 'waiting'
         order by schedule_id`,
      ),

    /**
     * Which of the times came to nothing so far, each with the time of the run that began so late that the time could
     * not come beside it; null: nothing kept it from coming.
     */
    open: (
      { scheduleId }: WatchedSchedule,
      times: readonly Date[],
    ): Promise<{ time: Date; blockingTime: Date | null }[]> =>
      db.query(
        `select time, (
           select max(r.scheduled_time) from schedule_runs r join schedules using (schedule_id)
           where r.schedule_id = $1 and r.scheduled_time < time and r.run_time >= time
             and r.outcome <> 'missed' and r.blocking_time is null and r.login is null and overlap_policy <> 'allow_all'
         ) "blockingTime"
         from unnest($2::timestamptz[]) time
         where not exists (
           select from schedule_runs r where r.schedule_id = $1 and r.scheduled_time = time and r.login is null
         ) and not exists (
           select from tasks t where t.schedule_id = $1 and t.scheduled_time = time
         ) order by time`,
        [scheduleId, times.map((time) => time.toISOString())],
      ),

    /**
     * Notes what became of a time that did not come: missed, or kept from coming by an earlier run. Says whether; not if
     * the schedule was changed or the time has come meanwhile.
     */
    note: (
      { scheduleId, revision }: WatchedSchedule,
      time: Date,
      blockingTime: Date | null,
    ): Promise<{ absence: Absence | undefined } | null> =>
      db.transaction(async (tx) => {
        const scheduledTime = time.toISOString();
        const rows = await tx.query(
          'select from schedules where schedule_id = $1 and revision = $2 for update',
          [scheduleId, revision],
        );
        if (rows.length === 0) return null;
        // Asked after the lock was got, which a run that has just come may have held. A worker of an older release notes no run.
        const come = await tx.query(
          `select from schedule_runs where schedule_id = $1 and scheduled_time = $2 and login is null
           union all select from tasks where schedule_id = $1 and scheduled_time = $2`,
          [scheduleId, scheduledTime],
        );
        if (come.length > 0) return null;
        const run = { scheduleId, scheduledTime };
        if (blockingTime !== null) {
          await noteRun(tx, { ...run, outcome: 'skipped', blockingTime: blockingTime.toISOString() });
          return { absence: undefined };
        }
        const absence = await findAbsence(tx, scheduledTime);
        await noteTime(tx, { ...run, outcome: 'missed', ...(absence === undefined ? {} : { absence }) });
        return { absence };
      }),

    /** All times up to then are noted. */
    watchedUntil: async ({ scheduleId, revision }: WatchedSchedule, time: Date): Promise<void> => {
      await db.query('update schedules set watched_until = $3 where schedule_id = $1 and revision = $2', [
        scheduleId,
        revision,
        time.toISOString(),
      ]);
    },
  };
}

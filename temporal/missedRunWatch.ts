import type { MissedRuns } from '../db/schedules/missedRuns.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { nextRuns } from '../platform/cron.ts';

export interface MissedRunWatchDeps {
  readonly runs: MissedRuns;
  readonly metrics: Pick<Metrics, 'scheduleFailures'>;
  readonly log: Logger;
  /** The database's time. */
  readonly now: () => Promise<Date>;
}

// Temporal makes up for what it missed in the last ten minutes (schedules.ts).
const graceMs = 15 * 60_000;

/**
 * Notes the times at which a schedule should have run and did not, whatever the reason: nothing fails then, so nobody
 * else would tell. One time of each schedule at each call; read from rows alone, Temporal may be what is away.
 */
export function createMissedRunWatch({ runs, metrics, log, now }: MissedRunWatchDeps): () => Promise<void> {
  return async () => {
    const deadline = (await now()).getTime() - graceMs;
    for (const schedule of await runs.watched()) {
      if (schedule.since.getTime() >= deadline) continue;
      const [time] = nextRuns(schedule.cron, schedule.timeZone, schedule.since, 1);
      if (time === undefined || time.getTime() > deadline) continue;
      if (!(await runs.note(schedule, time))) continue;
      metrics.scheduleFailures.inc({ reason: 'run_missed' });
      log.warn({ scheduleId: schedule.scheduleId, scheduledTime: time }, 'a schedule missed its time');
    }
  };
}

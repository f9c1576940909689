import type { MissedRuns, WatchedSchedule } from '../db/schedules/missedRuns.ts';
import { catchUpWindowMs } from '../domain/schedules/catchUp.ts';
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

// A run that is made at the end of its catch-up window has this long to come.
const graceMs = 5 * 60_000;
// After a long outage the rest is noted by the next looks.
const timesAtOnce = 200;

/**
 * Notes the times at which a schedule should have run and did not, whatever the reason: nothing fails then, so nothing
 * else would tell. Read from rows alone, since Temporal may be what is away.
 */
export function createMissedRunWatch(deps: MissedRunWatchDeps): () => Promise<void> {
  const { runs, now } = deps;
  return async () => {
    const time = await now();
    await runs.beat(time);
    for (const schedule of await runs.watched()) await look(deps, schedule, time);
  };
}

async function look(
  { runs, metrics, log }: MissedRunWatchDeps,
  schedule: WatchedSchedule,
  now: Date,
): Promise<void> {
  const { scheduleId, cron, timeZone, catchUpWindow, since } = schedule;
  const settled = new Date(now.getTime() - graceMs);
  if (since >= settled) return;
  const deadline = now.getTime() - catchUpWindowMs(catchUpWindow) - graceMs;
  const times = nextRuns(cron, timeZone, since, timesAtOnce).filter((time) => time <= settled);
  if (times.length === 0) return;
  let until = times.at(-1) ?? since;
  for (const { time, blockingTime } of await runs.open(schedule, times)) {
    if (blockingTime === null && time.getTime() > deadline) {
      // It may still come, and is looked at again.
      until = new Date(time.getTime() - 1);
      break;
    }
    const noted = await runs.note(schedule, time, blockingTime);
    if (noted === null || blockingTime !== null) continue;
    metrics.scheduleFailures.inc({ reason: 'run_missed' });
    log.warn({ scheduleId, scheduledTime: time, ...noted.absence }, 'a schedule missed its time');
  }
  if (until > since) await runs.watchedUntil(schedule, until);
}

import type { Sql } from '../sql/connection.ts';
import type { Absence } from './scheduleRuns.ts';

// A look comes once a minute, and may wait for a busy database.
const silence = "interval '3 minutes'";
const keptFor = "interval '400 days'";

/** Says that a worker is there and watches over schedules, at `now` of the database. */
export async function beatWatch(db: Sql, now: Date): Promise<void> {
  const changed = await db.execute(
    `update schedule_watches set end_time = $1::timestamptz
     where begin_time = (select max(begin_time) from schedule_watches) and end_time between $1::timestamptz - ${silence} and $1`,
    [now],
  );
  if (changed > 0) return;
  await db.execute('insert into schedule_watches values ($1, $1) on conflict do nothing', [now]);
  await db.execute(`delete from schedule_watches where end_time < $1::timestamptz - ${keptFor}`, [now]);
}

/** Why nothing came of a time; undefined: it lies before anything is known. */
export async function findAbsence(db: Sql, time: string): Promise<Absence | undefined> {
  const [row] = await db.query<{ from: Date; until: Date; isWatched: boolean }>(
    `select end_time "from", coalesce((select min(begin_time) from schedule_watches where begin_time > $1::timestamptz), now()) "until",
       $1::timestamptz <= end_time + ${silence} "isWatched"
     from schedule_watches where begin_time <= $1 order by begin_time desc limit 1`,
    [time],
  );
  if (row === undefined) return undefined;
  const { from, until, isWatched } = row;
  return isWatched ? { reason: 'temporal_away' } : { reason: 'workers_away', from, until };
}

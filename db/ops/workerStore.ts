import type { SlowdownReason } from '../../domain/tasks/pressure.ts';
import type { ShownSettings } from '../../platform/settings/shownSettings.ts';
import type { Database } from '../sql/connection.ts';
import { ClockOffError, clockOffAtMostSeconds } from '../sql/databaseClock.ts';

// Three beats that are missed; a page has to say so within a quarter of a minute.
export const silentAfter = "interval '6 seconds'";
const forgottenAfter = "interval '1 day'";

/** What a process tells of itself beside its work. */
export interface Beat {
  readonly clockOffsetSeconds?: number;
  readonly settings?: ShownSettings;
  readonly slowed?: SlowdownReason | null;
}

class SettingsDifferError extends Error {
  override readonly name = 'SettingsDifferError';
  /** Names of settings are in the documentation. */
  get publicReason(): string {
    return this.message;
  }
}

/** Of `tasks t`: why its parts rest between their batches, as a worker that takes such parts says; null: they do not. */
export const slowedColumn = `(
    select w.slowed from workers w
    where t.state in ('running', 'collecting') and w.slowed is not null
      and w.beat_time > now() - ${silentAfter} and case t.task_type when 5 then 'extract' else 'gc' end = any(w.queues)
    order by w.slowed ->> 'since' limit 1) "slowed"`;

export type WorkerStore = ReturnType<typeof createWorkerStore>;

/** Which worker processes are there: Temporal itself remembers a poller for a minute after it was killed. */
export function createWorkerStore(db: Database) {
  return {
    /** `extractSlots`: how many parts of extracts it can work on at once; null: none. */
    beat: async (
      workerId: string,
      queues: readonly string[],
      version: string,
      extractSlots: number | null,
      { clockOffsetSeconds = 0, settings = {}, slowed = null }: Beat = {},
    ): Promise<void> => {
      await db.query(
        `with forgotten as (delete from workers where beat_time < now() - ${forgottenAfter})
         insert into workers (worker_id, queues, version, extract_slots, clock_offset_seconds, settings, slowed)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (worker_id) do update
           set beat_time = now(), clock_offset_seconds = excluded.clock_offset_seconds, slowed = excluded.slowed`,
        [
          ...[workerId, queues, version, extractSlots, clockOffsetSeconds, JSON.stringify(settings)],
          slowed === null ? null : JSON.stringify(slowed),
        ],
      );
    },

    leave: async (workerId: string): Promise<void> => {
      await db.query('delete from workers where worker_id = $1', [workerId]);
    },

    /** How many processes serve each of the queues at the moment. */
    countByQueue: async <Q extends string>(queues: readonly Q[]): Promise<Record<Q, number>> => {
      const rows = await db.query<{ queue: Q; workers: number }>(
        `select queue, count(worker_id)::integer as workers from unnest($1::text[]) queue
         left join workers on beat_time > now() - ${silentAfter} and queue = any(queues)
         group by queue`,
        [queues],
      );
      return Object.fromEntries(rows.map(({ queue, workers }) => [queue, workers])) as Record<Q, number>;
    },

    /** @throws ClockOffError when the clock of a process that is there is too far from the database's */
    checkClocks: async (): Promise<void> => {
      const [off] = await db.query<{ workers: number; seconds: number }>(
        `select count(*) as workers, max(abs(clock_offset_seconds)) as seconds from workers
         where beat_time > now() - ${silentAfter} and abs(clock_offset_seconds) > $1`,
        [clockOffAtMostSeconds],
      );
      if (off === undefined || off.workers === 0) return;
      throw new ClockOffError(
        off.workers === 1
          ? `the clock of a worker is ${off.seconds.toFixed(0)} s off the database's`
          : `the clocks of ${off.workers} workers are up to ${off.seconds.toFixed(0)} s off the database's`,
      );
    },

    /** @throws SettingsDifferError when a process that is there has other values of these settings */
    checkSettings: async (own: ShownSettings): Promise<void> => {
      const rows = await db.query<{ name: string }>(
        `select distinct own.key as name from workers, jsonb_each($1::jsonb) own
         where beat_time > now() - ${silentAfter} and settings ? own.key and settings -> own.key <> own.value
         order by 1`,
        [JSON.stringify(own)],
      );
      if (rows.length === 0) return;
      throw new SettingsDifferError(`${rows.map(({ name }) => name).join(', ')}: not the same as the API's`);
    },

    /** The lowest version of the processes that are there, such as 5.2.7; null: none is. */
    oldestVersion: async (): Promise<string | null> => {
      const [row] = await db.query<{ version: string }>(
        `select version from workers where beat_time > now() - ${silentAfter} and version is not null
         order by string_to_array(version, '.')::integer[] limit 1`,
      );
      return row?.version ?? null;
    },
  };
}

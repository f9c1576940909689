import { v7 as newId } from 'uuid';
import type { PressureSign } from '../../domain/tasks/pressure.ts';
import type { Sql } from '../sql/connection.ts';

/** From where tasks are slowed down; 0: never for this reason. */
export interface PressureLimits {
  /** How far the slowest standby, or the slowest reader of a replication slot, may be behind. */
  readonly standbySeconds: number;
  /** Log files that wait to be archived. */
  readonly archiveFiles: number;
  /** Between two checkpoints that the amount of log has forced. */
  readonly checkpointSeconds: number;
  /** Dead rows of one table that vacuum has not yet processed. */
  readonly deadRows: number;
}

interface Figures {
  readonly atMs: number;
  /** Bytes of log written so far, and how many of them everyone who follows has; null: no one follows. */
  readonly written: number;
  readonly followed: number | null;
  readonly follower: string | null;
  readonly archiveBacklog: number | null;
  readonly forcedCheckpoints: number;
  readonly deadTable: string | null;
  readonly deadRows: number;
}

// Long enough to tell how far a standby is behind, and how often checkpoints are forced.
const rememberedMs = 15 * 60_000;
const probedMs = 2 * 86_400_000;
const checkpointWindowMs = 5 * 60_000;

// A standby that has gone away without a slot holds nothing back. One with a slot keeps the log until it is back.
const followers = `
  select application_name as name, replay_lsn as lsn from pg_stat_replication where replay_lsn is not null
  union all
  select slot_name, coalesce(confirmed_flush_lsn, restart_lsn) from pg_replication_slots
  where coalesce(confirmed_flush_lsn, restart_lsn) is not null`;

// The number of a log file in the order in which they are written, from its name (16 digits behind the timeline).
const fileNumber = (name: string): string =>
  `('x' || substr(${name}, 9, 8))::bit(32)::bigint * (4294967296 / bytes.segment) + ('x' || substr(${name}, 17, 8))::bit(32)::bigint`;

const query = (checkpoints: string, { deadRows }: PressureLimits): string => `
  with bytes as (select pg_size_bytes(current_setting('wal_segment_size')) as segment),
    follower as (select name, lsn from (${followers}) f order by lsn limit 1),
    dead as (
      select relname, n_dead_tup from pg_stat_user_tables where ${deadRows > 0} order by n_dead_tup desc limit 1
    )
  select (extract(epoch from clock_timestamp()) * 1000)::bigint as "atMs",
    pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as written,
    (select pg_wal_lsn_diff(lsn, '0/0')::bigint from follower) as followed,
    (select name from follower) as follower,
    case when current_setting('archive_mode') <> 'off' then (
      select greatest(0, ${fileNumber('pg_walfile_name(pg_current_wal_lsn())')}
        - (${fileNumber('archived.name')}) - 1)
      from (select substring(coalesce(last_archived_wal, last_failed_wal) from '^[0-9A-F]{24}') as name from pg_stat_archiver)
        archived) end as "archiveBacklog",
    (select ${checkpoints}) as "forcedCheckpoints",
    (select relname::text from dead) as "deadTable", coalesce((select n_dead_tup from dead), 0) as "deadRows"
  from bytes`;

/** PostgreSQL 17 has moved them. */
async function checkpointsOf(db: Sql): Promise<string> {
  const [version] = await db.query<{ isNew: boolean }>(
    `select current_setting('server_version_num')::integer >= 170000 as "isNew"`,
  );
  return version?.isNew === true
    ? 'num_requested from pg_stat_checkpointer'
    : 'checkpoints_req from pg_stat_bgwriter';
}

/**
 * Reads what the database falls behind with. Figures that need two looks (how long ago a standby had what it has now, how
 * often checkpoints come) are told by those of the last quarter of an hour.
 */
export type PressureQueries = ReturnType<typeof createPressureQueries>;

export function createPressureQueries(db: Sql, limits: PressureLimits) {
  const past: Figures[] = [];
  let sql: string | undefined;

  const read = async (): Promise<Figures | undefined> => {
    sql ??= query(await checkpointsOf(db), limits);
    const [now] = await db.query<Figures>(sql);
    return now;
  };

  return {
    /** What any reader notices: the newest face and the newest event of late, by their keys. @returns milliseconds */
    probe: async (): Promise<number> => {
      // In the text, so that the plan has no other days: with hundreds of them it alone would take longer than the limit.
      const sinceKey = newId({ msecs: Date.now() - probedMs, random: new Uint8Array(16) });
      const started = performance.now();
      await db.query(
        `select (select face_id from faces order by face_id desc limit 1),
           (select event_id from events where event_id >= '${sinceKey}' order by event_id desc limit 1)`,
      );
      return performance.now() - started;
    },

    /** @returns each figure that has a limit, with how many times its limit it is */
    look: async (): Promise<PressureSign[]> => {
      const now = await read();
      if (now === undefined) return [];
      const signs = signsOf(limits, now, past);
      past.push(now);
      while ((past[0]?.atMs ?? now.atMs) < now.atMs - rememberedMs) past.shift();
      return signs;
    },
  };
}

function signsOf(limits: PressureLimits, now: Figures, past: readonly Figures[]): PressureSign[] {
  const behind = secondsBehind(now, past);
  const between = secondsBetweenCheckpoints(now, past);
  return [
    {
      reason: `${now.follower ?? 'standby'} ${Math.round(behind)} s behind`,
      excess: times(behind, limits.standbySeconds),
    },
    {
      reason: `${now.archiveBacklog ?? 0} log files wait to be archived`,
      excess: times(now.archiveBacklog ?? 0, limits.archiveFiles),
    },
    {
      reason: `checkpoints forced every ${Math.round(between)} s`,
      excess: between === 0 ? 0 : limits.checkpointSeconds / between,
    },
    {
      reason: `${now.deadRows} dead rows of ${now.deadTable ?? ''} wait for vacuum`,
      excess: times(now.deadRows, limits.deadRows),
    },
  ];
}

const times = (value: number, limit: number): number => (limit === 0 ? 0 : value / limit);

/** Since when everything that was written is not yet there: the last look at which no more had been written. */
function secondsBehind(now: Figures, past: readonly Figures[]): number {
  const { followed } = now;
  if (followed === null || followed >= now.written) return 0;
  const had = past.findLast(({ written }) => written <= followed) ?? past[0];
  // What was written since the last look is on its way.
  if (had === undefined || had === past.at(-1)) return 0;
  return (now.atMs - had.atMs) / 1_000;
}

/** 0: fewer than two. */
function secondsBetweenCheckpoints(now: Figures, past: readonly Figures[]): number {
  const first = past.find(({ atMs }) => atMs >= now.atMs - checkpointWindowMs);
  const forced = first === undefined ? 0 : now.forcedCheckpoints - first.forcedCheckpoints;
  return first === undefined || forced < 2 ? 0 : (now.atMs - first.atMs) / 1_000 / forced;
}

import { nextBatchSize } from '../../domain/tasks/pace.ts';
import type { Database, Reader, Sql } from '../sql/connection.ts';
import { isTransient } from '../sql/transientErrors.ts';

export type EventPartitions = ReturnType<typeof createEventPartitions>;

// Made long before they are needed: whoever holds a lock for hours, or a service that stands still, delays nothing.
const daysAhead = 7;
// Late events of a day come with the camera's network.
const emptyForDays = 2;
// Readers and writers that come meanwhile wait behind us as long.
const lockTimeout = `set local lock_timeout = '500ms'`;
const batch = { smallest: 100, largest: 20_000, targetMs: 200 };
// Half of the time at most: foreground work comes first.
const sliceMs = 2_000;

/** Keeps `events` and `event_descriptors` in partitions by time (docs/decisions/0057); `length`: days of a partition. */
export function createEventPartitions(db: Database, length: number) {
  let size = 1_000;

  return {
    /**
     * Makes the partitions of the next days, and drops those of past days that are empty. Who is in the way is waited for
     * until the next call.
     * @returns how many days have none, because more rows of them lie in the rest than can be moved at once
     */
    keep: async (): Promise<number> => {
      const ask = <Row extends object>(sql: string, values: readonly unknown[]) =>
        unlessBusy(db, (tx) => tx.query<Row>(sql, values));
      const made = await ask<{ failed: number }>('select ensure_event_partitions($1, $2) as failed', [
        daysAhead + length,
        length,
      ]);
      for (let more = true; more;) {
        const dropped = await ask<{ more: boolean }>(
          'select drop_empty_event_partition(now() - make_interval(days => $1)) as more',
          [emptyForDays],
        );
        more = dropped?.[0]?.more === true;
      }
      return made?.[0]?.failed ?? 0;
    },

    /**
     * Moves rows of a database that was made before there were partitions, while everybody uses it: some thousand at a
     * time, for two seconds. The copy takes the table's place when it is complete.
     * @returns whether there is more to do
     */
    move: async (): Promise<boolean> => {
      const [next] = await db.query<{ source: string | null }>('select next_event_move() as source');
      const source = next?.source ?? null;
      if (source === null) return false;
      const call = (sql: string, ...values: readonly unknown[]) =>
        unlessBusy(db, (tx) => tx.query<{ more: boolean }>(sql, [source, ...values]));
      if ((await call('select begin_event_move($1)')) === null) return true;
      for (const until = performance.now() + sliceMs; performance.now() < until;) {
        const began = performance.now();
        const copied = await call('select copy_event_rows($1, $2) as more', size);
        if (copied === null) return true;
        if (copied[0]?.more === false) {
          await call('select end_event_move($1) as more');
          return true;
        }
        size = nextBatchSize(size, performance.now() - began, batch);
      }
      return true;
    },
  };
}

const dayMs = 86_400_000;

/** Partitions for the days from one moment to another, before rows of them are written; those that are there stay. */
export async function addEventDays(db: Sql, from: number, until: number): Promise<void> {
  for (let day = Math.floor(from / dayMs) * dayMs; day < until; day += dayMs) {
    await db.query('select add_event_partition($1, $2)', [new Date(day), new Date(day + dayMs)]);
  }
}

/** Null: somebody held a lock for too long. */
async function unlessBusy<T>(db: Database, work: (tx: Sql) => Promise<T>): Promise<T | null> {
  try {
    return await db.transaction(async (tx) => {
      await tx.query(lockTimeout);
      return work(tx);
    });
  } catch (error) {
    if (isTransient(error)) return null;
    throw error;
  }
}

export interface EventMove {
  readonly table: string;
  readonly copied: number;
  /** By statistics. */
  readonly expected: number;
}

export interface EventPartitionFigures {
  /** How many there are; 0: events are not kept by time yet. */
  readonly partitions: number;
  readonly from: Date | null;
  readonly until: Date | null;
  /** What is being moved; null: nothing. */
  readonly move: EventMove | null;
}

/** Places for locks that statements over all days need and the server has. */
export interface PartitionLocks {
  /** Of one statement: the partitions of events with their indexes. */
  readonly needed: number;
  readonly room: number;
  /** What `max_locks_per_transaction` has to be for as many statements at once as there may be. */
  readonly setting: number;
}

// Pages and searches over all days that come together, and a gc whose filter names no time.
const statementsAtOnce = 8;

export type EventPartitionQueries = ReturnType<typeof createEventPartitionQueries>;

export function createEventPartitionQueries(db: Reader) {
  return {
    figures: async (): Promise<EventPartitionFigures> => {
      const [days] = await db.query<Omit<EventPartitionFigures, 'move'>>(
        `select count(*) as partitions, min(time_of_key(low)) as "from", max(time_of_key(high)) as "until"
         from event_partitions() where base = 'events'`,
      );
      const [move] = await db.query<EventMove>(
        'select table_name as "table", copied, expected from event_moves where end_time is null',
      );
      return { ...(days ?? { partitions: 0, from: null, until: null }), move: move ?? null };
    },

    /** Null: there is room enough. Without it statements fail with "out of shared memory". */
    scarceLocks: async (): Promise<PartitionLocks | null> => {
      const [found] = await db.query<{ needed: number; sessions: number; setting: number }>(
        `select (select count(*) from pg_inherits where inhparent = 'events'::regclass)
             * (select 1 + count(*) from pg_index where indrelid = 'events'::regclass) as needed,
           current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer as sessions,
           current_setting('max_locks_per_transaction')::integer as setting`,
      );
      const { needed, sessions, setting } = found ?? { needed: 0, sessions: 1, setting: 1 };
      const room = sessions * setting;
      if (needed * statementsAtOnce <= room) return null;
      return { needed, room, setting: 2 ** Math.ceil(Math.log2((needed * statementsAtOnce) / sessions)) };
    },
  };
}

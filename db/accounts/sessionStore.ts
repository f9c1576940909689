import connectPgSimple, { type PGStoreOptions } from 'connect-pg-simple';
import type { SessionData, SessionOptions, Store } from 'express-session';
import type { RequestHandler } from 'express';
import type { Sql } from '../sql/connection.ts';

export interface SessionStoreOptions {
  readonly db: Pick<Sql, 'query'>;
  readonly log: { error(fields: object, message: string): void };
  /** How far the clock of this process is ahead of the database's. */
  readonly clockOffsetSeconds?: () => number;
}

/** What `express-session` is, as far as its stores are concerned; passed in, because express is not at home here. */
type SessionModule = (options?: SessionOptions) => RequestHandler;

export const idleSeconds = 30 * 60;
// A session's end is moved at most so often: a write for each request would be the most frequent of all writes.
const touchEveryMs = 60_000;
const rememberedAtMost = 10_000;

/** Sessions in the table `sessions`. One ends half an hour after its last request, by at most a minute less. */
export function createSessionStore(session: SessionModule, options: SessionStoreOptions) {
  const { db, log, clockOffsetSeconds = () => 0 } = options;
  const touched = new Map<string, number>();

  class IdleStore extends connectPgSimple(session) {
    override touch(sid: string, data: SessionData, done?: () => void): void {
      const now = Date.now();
      if (now - (touched.get(sid) ?? 0) < touchEveryMs) {
        done?.();
        return;
      }
      if (touched.size >= rememberedAtMost) touched.clear();
      touched.set(sid, now);
      super.touch(sid, data, done);
    }
  }

  // Of a pool of the driver the store uses only this. It takes its process's time for everybody's: one whose clock is
  // ahead would end the sessions of all.
  const pool = {
    query: async (sql: string, binds?: unknown[]) => {
      const offset = clockOffsetSeconds().toFixed(3);
      const byDatabaseClock = sql.replaceAll(
        /to_timestamp\((\$\d)\)/g,
        (_, bind) => `to_timestamp(${bind}::float8 - (${offset}))`,
      );
      return { rows: await db.query(byDatabaseClock, binds) };
    },
  };
  const store = new IdleStore({
    pool: pool as unknown as NonNullable<PGStoreOptions['pool']>,
    tableName: 'sessions',
    ttl: idleSeconds,
    // The retention does (db/ops/retention.ts).
    pruneSessionInterval: false,
    errorLog: (...parts: unknown[]) => log.error({ parts }, 'session store'),
  });
  return {
    store: store as Store,

    /** Which of these sessions exist and have not expired. */
    living: async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
      const rows = await db.query<{ sid: string }>(
        'select sid from sessions where sid = any($1) and expire > now()',
        [ids],
      );
      return new Set(rows.map(({ sid }) => sid));
    },

    close: (): void => {
      store.close();
    },
  };
}

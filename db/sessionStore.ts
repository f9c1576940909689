import connectPgSimple from 'connect-pg-simple';
import type { SessionData, SessionOptions, Store } from 'express-session';
import type { RequestHandler } from 'express';
import pg from 'pg';

export interface SessionStoreOptions {
  readonly url: string;
  readonly log: { error(fields: object, message: string): void };
  /** How far this process's clock is ahead of the database's. */
  readonly clockOffsetSeconds?: () => number;
}

/** What `express-session` is, as far as its stores are concerned; passed in, because express is not at home here. */
type SessionModule = (options?: SessionOptions) => RequestHandler;

const idleSeconds = 30 * 60;
// A session's end is moved at most so often: a write for each request would be the most frequent of all writes.
const touchEveryMs = 60_000;
const rememberedAtMost = 10_000;

/**
 * Sessions in the table `sessions`, through two connections of their own: the store wants a bare pg pool. A session
 * ends half an hour after its last request, by at most a minute less.
 */
export function createSessionStore(session: SessionModule, options: SessionStoreOptions) {
  const { url, log, clockOffsetSeconds = () => 0 } = options;
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'luna-admin sessions' });
  // Without a listener a connection that the server ends while it is idle would end the process.
  pool.on('error', (error) => log.error({ err: error }, 'a connection of the session store was lost'));
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

  // The store takes its process's time for everybody's: one whose clock is ahead would end the sessions of all.
  const byDatabaseClock = Object.assign(Object.create(pool) as pg.Pool, {
    query: (text: string, values: unknown[]) => {
      const offset = clockOffsetSeconds().toFixed(3);
      return pool.query(
        text.replaceAll(
          /to_timestamp\((\$\d)\)/g,
          (_, bind) => `to_timestamp(${bind}::float8 - (${offset}))`,
        ),
        values,
      );
    },
  });
  const store = new IdleStore({
    pool: byDatabaseClock,
    tableName: 'sessions',
    ttl: idleSeconds,
    errorLog: (...parts: unknown[]) => log.error({ parts }, 'session store'),
  });
  return {
    store: store as Store,

    /** Which of these sessions exist and have not expired. */
    living: async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
      const { rows } = await pool.query<{ sid: string }>(
        'select sid from sessions where sid = any($1) and expire > now()',
        [ids],
      );
      return new Set(rows.map(({ sid }) => sid));
    },

    close: async (): Promise<void> => {
      store.close();
      await pool.end();
    },
  };
}

import connectPgSimple, { type PGStoreOptions } from 'connect-pg-simple';
import type { SessionData, SessionOptions, Store } from 'express-session';
import type { RequestHandler } from 'express';
import { sessionAtMostMs, sessionIdleSeconds } from '../../domain/accounts/account.ts';
import type { Sql } from '../sql/connection.ts';

export interface SessionStoreOptions {
  readonly db: Pick<Sql, 'query'>;
  readonly log: { error(fields: object, message: string): void };
  /** How far the clock of this process is ahead of the database's. */
  readonly clockOffsetSeconds?: () => number;
}

/** What `express-session` is, as far as its stores are concerned; passed in, because express is not at home here. */
type SessionModule = (options?: SessionOptions) => RequestHandler;

// A session's end is moved at most so often: a write for each request would be the most frequent of all writes.
const touchEveryMs = 60_000;
const rememberedAtMost = 10_000;

/** Sessions in the table `sessions`. One ends half an hour after its last request, by at most a minute less. */
export function createSessionStore(session: SessionModule, options: SessionStoreOptions) {
  const { db, log, clockOffsetSeconds = () => 0 } = options;
  const touched = new Map<string, number>();

  // Sessions that were there when their request came.
  const found = new WeakSet<object>();

  class IdleStore extends connectPgSimple(session) {
    override createSession(...given: Parameters<Store['createSession']>): ReturnType<Store['createSession']> {
      const made = super.createSession(...given);
      found.add(made);
      return made;
    }

    /** One that has been ended while its request was under way stays ended. */
    override set(sid: string, data: SessionData, done?: (error?: unknown) => void): void {
      if (!found.has(data)) {
        super.set(sid, data, done);
        return;
      }
      const sql = `update sessions set sess = $1, expire = now() + $2 * interval '1 second'
        where sid = $3 and expire > now() returning sid`;
      db.query(sql, [data, sessionIdleSeconds, sid]).then(
        () => done?.(),
        (error: unknown) => done?.(error),
      );
    }

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
      // A stream that ends, or a late answer, must not bring back a session that has expired meanwhile.
      const guarded = sql.replace(/^(UPDATE .*) RETURNING/, '$1 AND expire > now() RETURNING');
      const byDatabaseClock = guarded.replaceAll(
        /to_timestamp\((\$\d)\)/g,
        (_, bind) => `to_timestamp(${bind}::float8 - (${offset}))`,
      );
      return { rows: await db.query(byDatabaseClock, binds) };
    },
  };
  const store = new IdleStore({
    pool: pool as unknown as NonNullable<PGStoreOptions['pool']>,
    tableName: 'sessions',
    ttl: sessionIdleSeconds,
    // The retention does (db/ops/retention.ts).
    pruneSessionInterval: false,
    errorLog: (...parts: unknown[]) => log.error({ parts }, 'session store'),
  });
  return {
    store: store as Store,

    /** Which of these sessions exist and have neither expired nor lasted for too long. */
    living: async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
      const rows = await db.query<{ sid: string }>(
        `select sid from sessions where sid = any($1) and expire > now()
           and (sess ->> 'begun')::float8 > extract(epoch from now()) * 1000 - $2`,
        [ids, sessionAtMostMs],
      );
      return new Set(rows.map(({ sid }) => sid));
    },

    close: (): void => {
      store.close();
    },
  };
}

import connectPgSimple from 'connect-pg-simple';
import type { SessionOptions, Store } from 'express-session';
import type { RequestHandler } from 'express';
import pg from 'pg';

export interface SessionStoreOptions {
  readonly url: string;
  readonly log: { error(fields: object, message: string): void };
}

/** What `express-session` is, as far as its stores are concerned; passed in, because express is not at home here. */
type SessionModule = (options?: SessionOptions) => RequestHandler;

/** Sessions in the table `sessions`, through two connections of their own: the store wants a bare pg pool. */
export function createSessionStore(session: SessionModule, { url, log }: SessionStoreOptions) {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'luna-admin sessions' });
  // Without a listener a connection that the server ends while it is idle would end the process.
  pool.on('error', (error) => log.error({ err: error }, 'a connection of the session store was lost'));
  const PgStore = connectPgSimple(session);
  const store = new PgStore({
    pool,
    tableName: 'sessions',
    // A session ends so long after its log-in; renewing it would cost a write for each request.
    disableTouch: true,
    errorLog: (...parts: unknown[]) => log.error({ parts }, 'session store'),
  });
  return {
    store: store as Store,
    close: async (): Promise<void> => {
      store.close();
      await pool.end();
    },
  };
}

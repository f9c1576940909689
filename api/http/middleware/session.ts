import type { Request, RequestHandler } from 'express';
import session, { type Store } from 'express-session';
import { sessionCookieName } from '../cookieNames.ts';

declare module 'express-session' {
  interface SessionData {
    accountId: string;
    /** Of the password's hash when the session began: another password ends it. */
    fingerprint: string;
    /** Milliseconds since 1970: it ends twelve hours later, however much it is used. */
    begun: number;
  }
}

export interface SessionSettings {
  /** The first signs; what another one has signed is accepted. */
  readonly secrets: readonly string[];
  readonly secureCookies: boolean;
  readonly store: Store;
}

/** The session of the cookie, or a new one that is stored only when something is put into it. */
export function sessions({ secrets, secureCookies, store }: SessionSettings): RequestHandler {
  const unused = new WeakSet<object>();
  const open = session({
    name: sessionCookieName(secureCookies),
    secret: [...secrets],
    store: touchedUnless(store, (data) => unused.has(data)),
    resave: false,
    saveUninitialized: false,
    // Without an age of its own: the server ends sessions, and the browser forgets them when it is closed.
    cookie: { httpOnly: true, sameSite: 'lax', path: '/', secure: secureCookies },
  });
  return (req, res, next) => {
    open(req, res, (error?: unknown) => {
      // undefined: the store could not be asked.
      const opened = req.session as Request['session'] | undefined;
      if (opened !== undefined && isByItself(req)) unused.add(opened);
      next(error);
    });
  };
}

/** A page that looks again by itself is no use of the session, unless somebody has used the page since its last look. */
function isByItself(req: Request): boolean {
  return (req.get('Live-Refresh') ?? 'used') !== 'used';
}

/** The same store; it does not put off the end of what is not to be touched. */
function touchedUnless(store: Store, isUntouched: (data: object) => boolean): Store {
  const touch = store.touch?.bind(store);
  if (touch !== undefined) {
    store.touch = (sid, data, done) => {
      if (isUntouched(data)) done?.();
      else touch(sid, data, done);
    };
  }
  return store;
}

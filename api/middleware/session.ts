import type { RequestHandler } from 'express';
import session, { type Store } from 'express-session';

declare module 'express-session' {
  interface SessionData {
    accountId: string;
    /** Of the password's hash when the session began: another password ends it. */
    fingerprint: string;
    /** Milliseconds since 1970: it ends twelve hours later, however much it is used. */
    begun: number;
  }
}

export const cookieName = 'luna_admin';

export interface SessionSettings {
  readonly secret: string;
  readonly secureCookies: boolean;
  readonly store: Store;
}

/** The session of the cookie, or a new one that is stored only when something is put into it. */
export function sessions({ secret, secureCookies, store }: SessionSettings): RequestHandler {
  return session({
    name: cookieName,
    secret,
    store,
    resave: false,
    saveUninitialized: false,
    // Without an age of its own: the server ends sessions, and the browser forgets them when it is closed.
    cookie: { httpOnly: true, sameSite: 'lax', path: '/', secure: secureCookies },
  });
}

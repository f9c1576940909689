import type { RequestHandler } from 'express';
import session, { type Store } from 'express-session';

declare module 'express-session' {
  interface SessionData {
    accountId: string;
    /** Of the password's hash when the session began: another password ends it. */
    fingerprint: string;
  }
}

export const cookieName = 'luna_admin';

export interface SessionSettings {
  readonly secret: string;
  readonly secureCookies: boolean;
  readonly store: Store;
}

const twelveHours = 12 * 60 * 60 * 1_000;

/** The session of the cookie, or a new one that is stored only when something is put into it. */
export function sessions({ secret, secureCookies, store }: SessionSettings): RequestHandler {
  return session({
    name: cookieName,
    secret,
    store,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', path: '/', secure: secureCookies, maxAge: twelveHours },
  });
}

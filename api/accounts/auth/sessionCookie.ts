import type { Request, Response } from 'express';
import type { Account } from '../../../domain/accounts/account.ts';
import type { Clock } from '../../http/instants.ts';
import { isLoopback } from '../../../platform/config.ts';
import { cookieName } from '../../http/middleware/session.ts';
import { isKnownPassword } from './knownPasswords.ts';

declare module 'express-session' {
  interface SessionData {
    /** The session was begun with a password that everybody knows. */
    hasDefaultPassword: boolean;
  }
}

/** Begins a session under a new id, so that an id that was known before the log-in is worth nothing after it. */
export async function beginSession(
  req: Request,
  { accountId, login }: Pick<Account, 'accountId' | 'login'>,
  fingerprint: string,
  password: string,
  clock: Clock,
): Promise<void> {
  await settle((done) => req.session.regenerate(done));
  req.session.accountId = accountId;
  req.session.fingerprint = fingerprint;
  req.session.begun = clock.now().getTime();
  // Whoever still has it is asked to change it.
  req.session.hasDefaultPassword = isKnownPassword(login, password);
  await settle((done) => req.session.save(done));
}

export async function endSession(req: Request, res: Response): Promise<void> {
  await settle((done) => req.session.destroy(done));
  res.clearCookie(cookieName, { path: '/' });
  // Pictures of faces may be kept for a minute, and pages for the way back. Not "cookies": those of all services of the same
  // domain would go. Not "storage": the theme, and each account's saved filters, which are shown to that account alone and have to
  // survive. What was typed in forms is not in it, but in the history of the tab, of which keep.js shows and keeps only
  // what the same account typed.
  if (isTrustworthy(req)) res.set('Clear-Site-Data', '"cache"');
}

/** Whether the browser takes the origin for a safe one; over plain HTTP it would only complain of the header. */
function isTrustworthy(req: Request): boolean {
  // Who makes this up for their own answer harms nobody.
  return req.secure || req.get('x-forwarded-proto') === 'https' || isLoopback(req.hostname);
}

async function settle(start: (done: (error?: unknown) => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    start((error) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error('the session store failed', { cause: error }));
    });
  });
}

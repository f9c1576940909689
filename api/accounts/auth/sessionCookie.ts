import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Clock } from '../../http/instants.ts';
import { isLoopback } from '../../../platform/config.ts';
import { areCookiesSecure, sessionCookieName } from '../../http/cookieNames.ts';
import { addressOf, hostnameOf } from '../../http/requestContext.ts';
import type { SignedIn } from './authenticator.ts';
import { isKnownPassword } from './knownPasswords.ts';

/** What somebody has proven at the log-in, and with what. */
export interface Proof {
  readonly how: 'password' | 'passkey' | 'oidc';
  /** What has been proven after the password, or what the provider says that it has asked for; null: nothing. */
  readonly secondFactor: 'code' | 'recovery code' | 'passkey' | 'provider' | null;
  /** The password is one that everybody knows. */
  readonly hasDefaultPassword: boolean;
}

declare module 'express-session' {
  interface SessionData extends Proof {
    /** From where it was begun, and with which browser or program; for the list of sessions. */
    address: string;
    userAgent: string;
  }
}

const longestUserAgent = 256;

/** Of a log-in by password alone. */
export function passwordProof(login: string, password: string): Proof {
  return { how: 'password', secondFactor: null, hasDefaultPassword: isKnownPassword(login, password) };
}

/** Of a log-in with a password, what the present session was begun with stays: the new password is another matter. */
export function proofWith(req: Request, login: string, password: string): Proof {
  const { how = 'password', secondFactor = null } = req.session;
  return { ...passwordProof(login, password), how, secondFactor };
}

/**
 * The one place where a session begins: under a new id, so that an id that was known before the log-in is worth nothing after
 * it.
 */
export async function beginSession(
  req: Request,
  {
    account,
    fingerprint,
  }: { readonly account: Pick<SignedIn['account'], 'accountId'>; readonly fingerprint: string },
  proof: Proof,
  clock: Clock,
): Promise<void> {
  await settle((done) => req.session.regenerate(done));
  Object.assign(req.session, {
    ...{ accountId: account.accountId, fingerprint },
    ...{ begun: clock.now().getTime(), proven: clock.now().getTime() },
    ...proof,
    ...{ address: addressOf(req), userAgent: (req.get('User-Agent') ?? '').slice(0, longestUserAgent) },
  });
  await settle((done) => req.session.save(done));
}

/** As lists of sessions name them: the id itself would be half of a cookie. */
export function sessionKeyOf(req: Request): string {
  return createHash('sha256').update(req.sessionID).digest('hex');
}

export async function endSession(req: Request, res: Response): Promise<void> {
  const secure = req.session.cookie.secure === true;
  await settle((done) => req.session.destroy(done));
  // A browser obeys for a name with a prefix only if this one is Secure too.
  res.clearCookie(sessionCookieName(secure), { path: '/', secure });
  // Pictures of faces may be kept for a minute, and pages for the way back. Not "cookies": those of all services of the same
  // domain would go. Not "storage": the theme, and each account's saved filters, which are shown to that account alone and have to
  // survive. What was typed in forms is not in it, but in the history of the tab, of which keep.js shows and keeps only
  // what the same account typed.
  if (isTrustworthy(req)) res.set('Clear-Site-Data', '"cache"');
}

/** Whether the browser takes the origin for a safe one; over plain HTTP it would only complain of the header. */
function isTrustworthy(req: Request): boolean {
  return areCookiesSecure(req) || isLoopback(hostnameOf(req));
}

/** @throws Error when the store failed */
export async function settle(start: (done: (error?: unknown) => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    start((error) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error('the session store failed', { cause: error }));
    });
  });
}

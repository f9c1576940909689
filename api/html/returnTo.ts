import type { Request, Response } from 'express';
import { cookieName } from '../http/middleware/session.ts';

/** Why somebody was led to the log-in page. */
export interface ReturnTo {
  /** Where to go on after it; null: home. */
  readonly address: string | null;
  readonly lost: 'page' | 'form' | null;
}

// A cookie, and not a part of the log-in page's address, which is the manual's; and not the session: strangers have none.
const name = `${cookieName}_wanted`;
const options = { path: '/login', httpOnly: true, sameSite: 'lax' } as const;
const longestAddress = 2_000;
const keptMs = 10 * 60_000;

/** Before somebody who is not signed in is led to the log-in page. */
export function rememberReturnTo(req: Request, res: Response): void {
  const isForm = req.method === 'POST';
  const wanted = new URLSearchParams({
    address: isForm || req.originalUrl.length > longestAddress ? '' : req.originalUrl,
    lost: hadSession(req) ? (isForm ? 'form' : 'page') : '',
  });
  const value = wanted.toString();
  res.cookie(name, value, { ...options, secure: req.secure, maxAge: keptMs, encode: String });
}

export function returnToOf(req: Request): ReturnTo {
  const value = new RegExp(`(?:^|; )${name}=([^;]*)`).exec(req.get('Cookie') ?? '')?.[1];
  const wanted = new URLSearchParams(value);
  const lost = wanted.get('lost');
  return {
    address: sameSitePath(wanted.get('address') ?? ''),
    lost: lost === 'page' || lost === 'form' ? lost : null,
  };
}

export function forgetReturnTo(res: Response): void {
  res.clearCookie(name, options);
}

/** The cookie of a session that is over: strangers get none. */
function hadSession(req: Request): boolean {
  return (req.get('Cookie') ?? '').includes(`${cookieName}=`);
}

const anySite = 'http://here.invalid';

/** The address as browsers read it when it leads to this very site, else null: `//host`, `/\host`, `/..//host` do not. */
export function sameSitePath(text: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, anySite)) return null;
  const { origin, pathname, search, hash } = new URL(text, anySite);
  return origin === anySite && !pathname.startsWith('//') ? pathname + search + hash : null;
}

import type { Request, Response } from 'express';
import { hasSessionCookie, otherCookieName, otherCookieOptions } from '../http/cookieNames.ts';

/** Why somebody was led to the log-in page. */
export interface ReturnTo {
  /** Where to go on after it; null: home. */
  readonly address: string | null;
  readonly lost: 'page' | 'form' | null;
}

// A cookie, and not a part of the log-in page's address, which is the manual's; and not the session: strangers have none.
const nameFor = (req: Request): string => otherCookieName(req, 'wanted');
const longestAddress = 2_000;
const keptMs = 10 * 60_000;

/** Before somebody who is not signed in is led to the log-in page. */
export function rememberReturnTo(req: Request, res: Response): void {
  const isForm = req.method === 'POST';
  const wanted = new URLSearchParams({
    address: isForm || req.originalUrl.length > longestAddress ? '' : req.originalUrl,
    lost: hasSessionCookie(req) ? (isForm ? 'form' : 'page') : '',
  });
  const value = wanted.toString();
  res.cookie(nameFor(req), value, { ...otherCookieOptions(req), maxAge: keptMs, encode: String });
}

export function returnToOf(req: Request): ReturnTo {
  const value = new RegExp(`(?:^|; )${nameFor(req)}=([^;]*)`).exec(req.get('Cookie') ?? '')?.[1];
  const wanted = new URLSearchParams(value);
  const lost = wanted.get('lost');
  return {
    address: sameSitePath(wanted.get('address') ?? ''),
    lost: lost === 'page' || lost === 'form' ? lost : null,
  };
}

export function forgetReturnTo(req: Request, res: Response): void {
  res.clearCookie(nameFor(req), otherCookieOptions(req));
}

const anySite = 'http://here.invalid';

/** The address as browsers read it when it leads to this very site, else null: `//host`, `/\host`, `/..//host` do not. */
export function sameSitePath(text: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, anySite)) return null;
  const { origin, pathname, search, hash } = new URL(text, anySite);
  return origin === anySite && !pathname.startsWith('//') ? pathname + search + hash : null;
}

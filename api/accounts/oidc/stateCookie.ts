import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { otherCookieName } from '../../http/cookieNames.ts';
import type { OidcChecks } from './provider.ts';

export interface BegunLogin extends OidcChecks {
  readonly begun: number;
  /** The account to be connected; null: somebody logs in. */
  readonly connects: string | null;
}

const optionsFor = (req: Request) =>
  ({ path: '/login/oidc', httpOnly: true, sameSite: 'lax', secure: req.secure }) as const;
const nameFor = (req: Request): string => otherCookieName(req, 'oidc');
const keptMs = 10 * 60_000;

/**
 * What a log-in began with, kept by the browser that began it: strangers have no session, and any API behind a balancer
 * can complete it. Signed, so that nobody can hand over a log-in that they began themselves.
 */
export function createStateCookie(secret: string, now: () => Date) {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'OpenID Connect state', 32));
  const signatureOf = (text: string) => createHmac('sha256', key).update(text).digest();
  return {
    write: (req: Request, res: Response, login: Omit<BegunLogin, 'begun'>): void => {
      const begun: BegunLogin = { ...login, begun: now().getTime() };
      const text = Buffer.from(JSON.stringify(begun)).toString('base64url');
      const value = `${text}.${signatureOf(text).toString('base64url')}`;
      res.cookie(nameFor(req), value, { ...optionsFor(req), maxAge: keptMs });
    },

    /** Once: it is gone afterwards. null: none, or not one of ours, or too old. */
    take: (req: Request, res: Response): BegunLogin | null => {
      const name = nameFor(req);
      res.clearCookie(name, optionsFor(req));
      const value = new RegExp(`(?:^|; )${name}=([\\w-]+)\\.([\\w-]+)`).exec(req.get('Cookie') ?? '');
      const [, text = '', signature = ''] = value ?? [];
      const given = Buffer.from(signature, 'base64url');
      const expected = signatureOf(text);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      const begun = JSON.parse(Buffer.from(text, 'base64url').toString()) as BegunLogin;
      return now().getTime() - begun.begun < keptMs ? begun : null;
    },
  };
}

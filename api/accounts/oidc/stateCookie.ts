import type { Request, Response } from 'express';
import { createSecretBox } from '../../../platform/crypto/secretBox.ts';
import { otherCookieName, otherCookieOptions } from '../../http/cookieNames.ts';
import type { OidcChecks } from './provider.ts';

export interface BegunLogin extends OidcChecks {
  readonly begun: number;
  /** The account to be connected; null: somebody logs in. */
  readonly connects: string | null;
  /** The account whose owner confirms by it who they are; null: nobody. */
  readonly confirms: string | null;
}

const nameFor = (req: Request): string => otherCookieName(req, 'oidc');
const keptMs = 10 * 60_000;
// It is nobody's yet.
const owner = '';

/**
 * What a log-in began with, kept by the browser that began it: strangers have no session, and any API behind a balancer
 * can complete it. Sealed, so that nobody can hand over a log-in that they began themselves.
 */
export function createStateCookie(secrets: readonly string[], now: () => Date) {
  const box = createSecretBox(secrets, 'OpenID Connect state');
  return {
    write: (req: Request, res: Response, login: Omit<BegunLogin, 'begun'>): void => {
      const begun: BegunLogin = { ...login, begun: now().getTime() };
      const value = box.seal(Buffer.from(JSON.stringify(begun)), owner).toString('base64url');
      res.cookie(nameFor(req), value, { ...otherCookieOptions(req), maxAge: keptMs });
    },

    /** Once: it is gone afterwards. null: none, or not one of ours, or too old. */
    take: (req: Request, res: Response): BegunLogin | null => {
      const name = nameFor(req);
      res.clearCookie(name, otherCookieOptions(req));
      const value = new RegExp(`(?:^|; )${name}=([\\w-]+)`).exec(req.get('Cookie') ?? '')?.[1] ?? '';
      const opened = box.open(Buffer.from(value, 'base64url'), owner);
      if (opened === null) return null;
      const begun = JSON.parse(opened.secret.toString()) as BegunLogin;
      return now().getTime() - begun.begun < keptMs ? begun : null;
    },
  };
}

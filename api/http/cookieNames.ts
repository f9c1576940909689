import type { Express, Request } from 'express';

/** The manual's. */
const name = 'luna_admin';

/**
 * Of the session. With this prefix browsers take a cookie only over HTTPS and from this very host: another host of the same
 * domain cannot put a session of its own in its place.
 */
export function sessionCookieName(isSecure: boolean): string {
  return isSecure ? `__Host-${name}` : name;
}

/** Whether a session's cookie was sent, of a session that may be over. */
export function hasSessionCookie(req: Request): boolean {
  return new RegExp(`(?:^|; )(?:${name}|${sessionCookieName(true)})=`).test(req.get('Cookie') ?? '');
}

const setting = 'secure cookies';

/** As SECURE_COOKIES says, or TLS_CERT: not as a request has come, whose scheme a proxy may leave out. */
export function setSecureCookies(app: Express, isSecure: boolean): void {
  app.set(setting, isSecure);
}

export function areCookiesSecure(req: Request): boolean {
  return req.app.get(setting) === true;
}

/** Of a log-in that is not complete yet. */
export function otherCookieName(req: Request, purpose: 'oidc' | 'wanted'): string {
  return `${areCookiesSecure(req) ? '__Host-' : ''}${name}_${purpose}`;
}

/** With the path that `__Host-` demands. */
export function otherCookieOptions(req: Request) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: areCookiesSecure(req) } as const;
}

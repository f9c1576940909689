import type { Request } from 'express';

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

/** Of a cookie that has a path of its own, which `__Host-` does not allow. */
export function otherCookieName(req: Request, purpose: 'oidc' | 'wanted'): string {
  return `${req.secure ? '__Secure-' : ''}${name}_${purpose}`;
}

import type { Request, RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { contextOf } from '../requestContext.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses changes that another site's page makes a browser send with its cookie. Scripts send neither header. */
export function sameOrigin(): RequestHandler {
  return (req, _res, next) => {
    const byCookie = contextOf(req).identity?.via !== 'basic' && req.get('Authorization') === undefined;
    if (byCookie && !safe.has(req.method)) refuseForeign(req);
    next();
  };
}

/** The same for a form, also one that a browser sends with credentials that it was once asked for. */
export const formOfOwnOrigin: RequestHandler = (req, _res, next) => {
  refuseForeign(req);
  next();
};

function refuseForeign(req: Request): void {
  if (!isOwnOrigin(req)) throw new DomainError('csrf', 'the request comes from another site');
}

function isOwnOrigin(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site');
  // Browsers say it themselves, but not over plain HTTP.
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = req.get('Origin');
  if (origin === undefined) return true;
  // Only the host: behind a proxy that ends TLS the scheme differs.
  return URL.canParse(origin) && new URL(origin).host === req.get('Host');
}

import type { Request, RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses changes that another site's page makes a browser send with its cookie. Scripts send neither header. */
export function sameOrigin(): RequestHandler {
  return (req, _res, next) => {
    if (!safe.has(req.method)) {
      const byHeader = req.get('Authorization') !== undefined;
      // A browser also sends by itself what it was once asked for, and only a browser says from which site it comes.
      if (byHeader ? isSentFromElsewhere(req) : !isOwnOrigin(req)) refuse();
    }
    next();
  };
}

/** The same for a form, also one that a browser sends with credentials that it was once asked for. */
export const formOfOwnOrigin: RequestHandler = (req, _res, next) => {
  if (!isOwnOrigin(req)) refuse();
  next();
};

function refuse(): never {
  throw new DomainError('csrf', 'the request comes from another site');
}

function isSentFromElsewhere(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site');
  return site === 'cross-site' || site === 'same-site';
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

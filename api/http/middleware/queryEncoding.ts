import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';

/** Refuses a query that is not UTF-8: decoded all the same, it would look for something that nobody has written. */
export function queryEncoding(): RequestHandler {
  return (req, _res, next) => {
    const start = req.url.indexOf('?');
    if (start === -1 || !req.url.includes('%', start)) {
      next();
      return;
    }
    try {
      decodeURIComponent(req.url.slice(start));
      next();
    } catch {
      next(new DomainError('badQueryParameter', 'the query is not UTF-8 in percent-encoding'));
    }
  };
}

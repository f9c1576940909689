import type { ErrorRequestHandler, RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { paths } from '../../views/paths.ts';

/** With what else an answer takes, a reader waits ten seconds at most. */
export const pageLimitMs = 9_000;

/**
 * Each question of a page has its own limit (db/sql/pools.ts), but a page asks several, one after another: whatever it waits for,
 * it is answered 503 in time. What comes later is dropped (`sendPage`, `errorHandler`). Orders are not given up, since what became
 * of them would be unknown, and the way back from the provider of single sign-on is one; nor are CSV files, which may have to be
 * sorted first.
 */
export function limitPages(toPage: ErrorRequestHandler, limitMs: number): RequestHandler {
  return (req, res, next) => {
    if (req.method === 'GET' && !req.path.endsWith('/csv') && req.path !== paths.oidcCallback) {
      const timer = setTimeout(() => {
        if (res.headersSent || res.locals['isPage'] !== true) return;
        res.locals['isGivenUp'] = true;
        const seconds = Math.round(limitMs / 1000);
        const late = new DomainError(
          'unavailable',
          `the page did not come within ${seconds} seconds: the database is busy`,
        );
        void toPage(late, req, res, next);
      }, limitMs);
      res.once('close', () => clearTimeout(timer));
    }
    next();
  };
}

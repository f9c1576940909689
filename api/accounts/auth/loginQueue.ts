import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';

// More do not end sooner: a log-in is a dozen short statements on the few connections of its pool, and a password hash.
const atOnce = 4;
// The last of them waits for some seconds.
const waiting = 1_024;

/**
 * Log-ins, one after the other. Where hundreds come at once and each may ask the database, every one waits for each of its
 * statements until it has waited too long: of 84 passkeys among a thousand log-ins one was let in. In a queue the first are let in.
 */
export function loginQueue(): RequestHandler {
  const line = bulkhead(atOnce, waiting);
  return (_req, res, next) => {
    line
      .execute(
        () =>
          new Promise<void>((done) => {
            // Whoever has left meanwhile needs no turn.
            if (res.closed) done();
            else {
              res.once('close', done);
              next();
            }
          }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof BulkheadRejectedError)) next(error);
        else next(new DomainError('tooManyRequests', 'too many log-ins at once'));
      });
  };
}

import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';

// More do not end sooner: a log-in is a dozen short statements on the few connections of its pool, and a password hash.
const atOnce = 4;
// The last of them waits for some seconds.
const waiting = 1_024;

/** The same handler, in its turn. */
export type LoginQueue = (handler: RequestHandler) => RequestHandler;

/**
 * Log-ins, one after the other. Where hundreds come at once and each may ask the database, every one waits for each of its
 * statements until it has waited too long: of 84 passkeys among a thousand log-ins one was let in. In a queue the first are let in.
 * A turn is the handler's alone, after all of the request has come: whoever sends slowly holds up nobody.
 */
export function createLoginQueue(): LoginQueue {
  const line = bulkhead(atOnce, waiting);
  return (handler) => async (req, res, next) => {
    try {
      // Whoever has left or was answered meanwhile needs no turn.
      await line.execute(() => (res.closed || res.headersSent ? undefined : handler(req, res, next)));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new DomainError('tooManyRequests', 'too many log-ins at once');
    }
  };
}

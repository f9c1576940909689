import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { DomainError } from '../../domain/errors.ts';

const windowMs = 5 * 60_000;

/** So many log-ins of one address may fail in five minutes; those that succeed do not count. */
export function loginLimit(failuresAtMost = 30): RequestHandler {
  return rateLimit({
    windowMs,
    limit: failuresAtMost,
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Whether a forwarded address counts is TRUST_PROXY's business; a client that sends one is no misconfiguration.
    validate: { xForwardedForHeader: false },
    handler: (_req, _res, next) => {
      next(new DomainError('tooManyRequests', 'too many log-ins have failed'));
    },
  });
}

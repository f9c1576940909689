import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';

const { generateToken, isRequestValid } = csrfSync({
  getTokenFromRequest: (req) => fieldOf(req.body) ?? req.get('x-csrf-token'),
});

/** The token that this session's forms carry. */
export function formToken(req: Request): string {
  return generateToken(req);
}

/** Lets through only forms that a page of this session has shown. */
export function requireFormToken(): RequestHandler {
  return (req, _res, next) => {
    if (!isRequestValid(req)) {
      throw new DomainError('csrf', 'the form is too old or comes from elsewhere; load its page again');
    }
    next();
  };
}

function fieldOf(body: unknown): string | undefined {
  const token = (body as Record<string, unknown> | undefined)?.['_csrf'];
  return typeof token === 'string' ? token : undefined;
}

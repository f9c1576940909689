import { createHmac, timingSafeEqual } from 'node:crypto';
import { csrfSync } from 'csrf-sync';
import type { Express, Request, RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { contextOf, type Identity } from '../http/requestContext.ts';

const keySetting = 'key of form tokens';

const { generateToken, isRequestValid } = csrfSync({ getTokenFromRequest: tokenIn });

/** All processes of a service need the same key: a form may come to another one than its page. */
export function setFormTokenKey(app: Express, key: string): void {
  app.set(keySetting, key);
}

/**
 * The token that forms of a page carry: of the session, or of the password with which the page was asked for. The latter is
 * worked out anew each time, because whoever asks by password would get a session for every page.
 */
export function formToken(req: Request): string {
  const { identity } = contextOf(req);
  return identity?.via === 'basic' ? tokenOf(req, identity) : generateToken(req);
}

/** Lets through only forms that a page of this session, or for this password, has shown. */
export function requireFormToken(): RequestHandler {
  return (req, _res, next) => {
    const { identity } = contextOf(req);
    const isValid =
      identity?.via === 'basic' ? isEqual(tokenOf(req, identity), tokenIn(req) ?? '') : isRequestValid(req);
    if (!isValid) throw new DomainError('csrf', 'the form has expired; reload its page and try again');
    next();
  };
}

function tokenOf(req: Request, { account, fingerprint }: Identity): string {
  const key = String(req.app.get(keySetting));
  return createHmac('sha256', key).update(`form ${account.accountId} ${fingerprint}`).digest('base64url');
}

function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function tokenIn(req: Request): string | undefined {
  const token = (req.body as Record<string, unknown> | undefined)?.['_csrf'];
  return typeof token === 'string' ? token : req.get('x-csrf-token');
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { csrfSync } from 'csrf-sync';
import type { Express, Request, RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { contextOf, type Identity } from '../http/requestContext.ts';

const keySetting = 'keys of form tokens';

const tokenBytes = 32;
const { generateToken, isRequestValid } = csrfSync({ size: tokenBytes, getTokenFromRequest: tokenIn });

/** All processes of a service need the same keys: a form may come to another one than its page. The first one signs. */
export function setFormTokenKeys(app: Express, keys: readonly string[]): void {
  app.set(keySetting, keys);
}

/**
 * The token that forms of a page carry: of the session, or of the password with which the page was asked for. The latter is
 * worked out anew each time, because whoever asks by password would get a session for every page. It looks different on every
 * page, so that the length of a packed page tells nothing about it.
 */
export function formToken(req: Request): string {
  const { identity } = contextOf(req);
  return masked(identity?.via === 'basic' ? (tokensOf(req, identity)[0] ?? '') : generateToken(req));
}

/** A random mask and the token under it. */
function masked(token: string): string {
  const bytes = Buffer.from(token);
  const mask = randomBytes(bytes.length);
  return Buffer.concat([mask, combined(bytes, mask)]).toString('base64url');
}

function unmasked(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  const half = bytes.length / 2;
  return combined(bytes.subarray(half), bytes.subarray(0, half)).toString();
}

function combined(bytes: Buffer, mask: Buffer): Buffer {
  return bytes.map((byte, index) => byte ^ (mask[index] ?? 0)) as Buffer;
}

/** Lets through only forms that a page of this session, or for this password, has shown. */
export function requireFormToken(): RequestHandler {
  return (req, _res, next) => {
    const { identity } = contextOf(req);
    const isValid =
      identity?.via === 'basic'
        ? tokensOf(req, identity).some((token) => isEqual(token, tokenIn(req) ?? ''))
        : isRequestValid(req);
    if (!isValid) throw new DomainError('csrf', 'the form has expired; reload its page and try again');
    next();
  };
}

function tokensOf(req: Request, { account, fingerprint }: Identity): string[] {
  const keys = req.app.get(keySetting) as readonly string[];
  const told = `form ${account.accountId} ${fingerprint}`;
  return keys.map((key) => createHmac('sha256', key).update(told).digest('base64url'));
}

function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function tokenIn(req: Request): string | undefined {
  const token = (req.body as Record<string, unknown> | undefined)?.['_csrf'];
  const sent = typeof token === 'string' ? token : req.get('x-csrf-token');
  return sent === undefined ? undefined : unmasked(sent);
}

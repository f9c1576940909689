import express, { type Request, type RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import type { BodyRule } from '../contract/contract.ts';
import { findRepeatedKey } from '../repeatedKey.ts';

const limitBytes = 1_048_576;
// Taken whatever its type: an empty body and one that is not JSON have codes of their own. What is compressed counts
// with its length after unpacking, which stops at the limit.
const readBytes = express.raw({ type: () => true, limit: limitBytes });
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads the body of an operation that has one into `req.body`; undefined when there is none and may be none. */
export function jsonBody(rule: BodyRule): RequestHandler[] {
  const parse: RequestHandler = (req, _res, next) => {
    const text = decode(req).trim();
    if (text === '') {
      if (rule.isRequired) throw new DomainError('emptyBody', 'the request needs a JSON body');
      req.body = undefined;
      next();
      return;
    }
    // A page of another site cannot send this type without asking first.
    if (req.is('application/json') === false) {
      throw new DomainError('unsupportedMediaType', 'the body must be application/json');
    }
    req.body = parseJson(text);
    next();
  };
  return [readBytes, parse];
}

function decode(req: Request): string {
  if (!Buffer.isBuffer(req.body) || req.body.length === 0) return '';
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(req.get('Content-Type') ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw new DomainError('unsupportedMediaType', 'JSON is UTF-8');
  try {
    return decoder.decode(req.body);
  } catch (error) {
    throw new DomainError('notJson', 'the body is not UTF-8', { cause: error });
  }
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DomainError('notJson', error instanceof Error ? error.message : 'not JSON');
  }
  const repeated = findRepeatedKey(text);
  if (repeated !== null) {
    throw new DomainError('validationFailed', { path: repeated, message: 'is given more than once' });
  }
  if (text.includes('\\u')) refuseUnstorable(value);
  return value;
}

/** PostgreSQL can store neither NUL nor half of a surrogate pair. */
function refuseUnstorable(root: unknown): void {
  // No recursion: a megabyte of brackets is half a million levels.
  const waiting: { readonly value: unknown; readonly path: string }[] = [{ value: root, path: '' }];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const { value, path } = item;
    if (typeof value === 'string') refuseText(value, path);
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      refuseText(key, path);
      waiting.push({ value: inner, path: path === '' ? key : `${path}.${key}` });
    }
  }
}

function refuseText(text: string, path: string): void {
  if (!/\0|\p{Surrogate}/u.test(text)) return;
  throw new DomainError('validationFailed', { path, message: 'contains characters that cannot be stored' });
}

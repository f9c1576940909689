import express, { type RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import type { BodyRule } from '../contract/contract.ts';

const limitBytes = 1_048_576;
// Taken as text whatever its type: an empty body and one that is not JSON have codes of their own.
const readText = express.text({ type: () => true, limit: limitBytes });

/** Reads the body of an operation that has one into `req.body`; undefined when there is none and may be none. */
export function jsonBody(rule: BodyRule): RequestHandler[] {
  const parse: RequestHandler = (req, _res, next) => {
    const text = typeof req.body === 'string' ? req.body.trim() : '';
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
  return [readText, parse];
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DomainError('notJson', error instanceof Error ? error.message : 'not JSON');
  }
  if (text.includes('\\u')) refuseUnstorable(value, []);
  return value;
}

/** PostgreSQL can store neither NUL nor half of a surrogate pair. */
function refuseUnstorable(value: unknown, path: string[]): void {
  if (typeof value === 'string') {
    if (!/\0|\p{Surrogate}/u.test(value)) return;
    const message = 'holds characters that cannot be stored';
    throw new DomainError('validationFailed', `Path: '${path.join('.')}' message: '${message}'`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseUnstorable(key, path);
    refuseUnstorable(inner, [...path, key]);
  }
}

import express, { type RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { formOfOwnOrigin } from '../http/middleware/sameOrigin.ts';
import { requireFormToken } from './formToken.ts';

const limitBytes = 262_144;

/**
 * What the log-in form passes. Its sender has no session that could hold a token, and must not get one for looking;
 * that the form comes from this site is what browsers say.
 */
export const readStrangersForm: readonly RequestHandler[] = [
  formOfOwnOrigin,
  express.urlencoded({ extended: false, limit: limitBytes }),
];

/** What another server posts, which has neither cookies nor an origin. */
export const readServersForm: RequestHandler = express.urlencoded({ extended: false, limit: limitBytes });

/** What every other form post passes before its handler. */
export const readForm: readonly RequestHandler[] = [...readStrangersForm, requireFormToken()];

/** The only one that comes once for each row that is ticked; whoever wants it reads it by itself. */
const severalTimes = 'selected';

/** A password counts as it was typed, or not at all. */
const passwords = ['password', 'current_password', 'again'];

/**
 * The fields of a form, or of an address that one has made.
 * @throws DomainError for a field that comes several times, or a password with characters that cannot be stored
 */
export function fieldsOf(
  given: unknown,
  error: 'validationFailed' | 'badQueryParameter' = 'validationFailed',
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries((given ?? {}) as Record<string, unknown>)) {
    if (name === '_csrf' || name === severalTimes) continue;
    if (Array.isArray(value))
      throw new DomainError(error, { path: name, message: 'is given more than once' });
    if (typeof value !== 'string') continue;
    // PostgreSQL can store neither NUL nor half of a surrogate pair.
    const storable = value.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '');
    if (storable !== value && passwords.includes(name))
      throw new DomainError(error, { path: name, message: 'contains a character that is not allowed: NUL' });
    fields[name] = storable;
  }
  return fields;
}

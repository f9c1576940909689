import express, { type RequestHandler } from 'express';
import { formOfOwnOrigin } from '../middleware/sameOrigin.ts';
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

/** What every other form post passes before its handler. */
export const readForm: readonly RequestHandler[] = [...readStrangersForm, requireFormToken()];

/** The fields of a form; a field that comes several times counts with its first value. */
export function fieldsOf(body: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries((body ?? {}) as Record<string, unknown>)) {
    if (name === '_csrf') continue;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    // PostgreSQL can store neither NUL nor half of a surrogate pair.
    if (typeof first === 'string')
      fields[name] = first.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '');
  }
  return fields;
}

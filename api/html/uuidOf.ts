import type { Request } from 'express';
import { DomainError } from '../../domain/errors.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}

/** An id in the path of a page. */
export function uuidOf(req: Request, name: string): string {
  const text = String(req.params[name]);
  if (!isUuid(text)) throw new DomainError('notUuid', { path: name, message: 'not a lower-case UUID' });
  return text;
}

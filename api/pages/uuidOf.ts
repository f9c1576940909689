import type { Request } from 'express';
import { DomainError } from '../../domain/errors.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id in the path of a page. */
export function uuidOf(req: Request, name: string): string {
  const text = String(req.params[name]);
  if (!uuid.test(text)) throw new DomainError('notUuid', `Path: '${name}' message: 'not a lower-case UUID'`);
  return text;
}

import type { Request } from 'express';
import { DomainError } from '../../domain/errors.ts';

const header = 'Idempotency-Key';
const pattern = /^[\x21-\x7e]{1,255}$/;

/**
 * The client's own name of this order, so that sending it twice orders once; undefined when it gave none.
 * @throws DomainError badHeader
 */
export function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get(header);
  if (key === undefined || pattern.test(key)) return key;
  throw new DomainError('badHeader', {
    path: header,
    message: 'must be 1 to 255 visible ASCII characters, once',
  });
}

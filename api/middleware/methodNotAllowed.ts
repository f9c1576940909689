import type { RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';

/** For an address that exists, asked with a method that it does not have. */
export function methodNotAllowed(allowed: readonly string[]): RequestHandler {
  const allow = allowed.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  return (req, res) => {
    res.setHeader('Allow', allow.join(', '));
    throw new DomainError('methodNotAllowed', `${req.method} is not one of ${allow.join(', ')}`);
  };
}

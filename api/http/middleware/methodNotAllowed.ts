import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { contextOf } from '../requestContext.ts';

/** For an address that exists, asked with a method that it does not have, or asked for its methods. */
export function methodNotAllowed(path: string, methods: readonly string[]): RequestHandler {
  const names = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  const allow = [...new Set([...names, 'OPTIONS'])].join(', ');
  return (req, res) => {
    contextOf(req).route = path;
    res.setHeader('Allow', allow);
    if (req.method !== 'OPTIONS')
      throw new DomainError('methodNotAllowed', `${req.method} is not one of ${allow}`);
    res.status(204).end();
  };
}

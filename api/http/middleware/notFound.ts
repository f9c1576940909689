import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';

export function notFound(): RequestHandler {
  return () => {
    throw new DomainError('pageNotFound', 'no such page');
  };
}

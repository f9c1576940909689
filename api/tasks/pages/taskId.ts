import type { Request } from 'express';
import { DomainError } from '../../../domain/errors.ts';

/** @throws DomainError pageNotFound for what cannot be a task's id */
export function taskIdOf(req: Request): number {
  return idOf(req, 'task_id');
}

/** @throws DomainError pageNotFound for what cannot be an id */
export function idOf(req: Request, name: string): number {
  const text = String(req.params[name]);
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) {
    throw new DomainError('pageNotFound', 'no such page');
  }
  return id;
}

import type { Request } from 'express';
import { DomainError } from '../../domain/errors.ts';

/** @throws DomainError pageNotFound for what cannot be a task's id */
export function taskIdOf(req: Request): number {
  const text = String(req.params['task_id']);
  const taskId = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(taskId)) {
    throw new DomainError('pageNotFound', 'no such page');
  }
  return taskId;
}

import type { RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { paths } from '../../views/paths.ts';
import { bodyCheck } from '../contract/bodyCheck.ts';
import { actorOf } from '../requestContext.ts';
import type { PageSources } from './deps.ts';
import { fieldsOf } from './form.ts';
import { leadTo, say } from './pageAnswer.ts';
import { taskIdOf } from './taskId.ts';

/** The throttle of a task's page; what it cannot be set to is said on the page that follows. */
export function throttleTask({
  taskActions,
  contract,
}: Pick<PageSources, 'taskActions' | 'contract'>): RequestHandler {
  const check = bodyCheck(contract, 'patch', '/tasks/{task_id}');
  return async (req, res) => {
    const taskId = taskIdOf(req);
    const typed = (fieldsOf(req.body)['objects_per_second'] ?? '').trim();
    const rate = typed === '' ? null : Number(typed);
    try {
      check({ action: 'throttle', objects_per_second: Number.isNaN(rate) ? typed : rate });
      await taskActions.throttle(taskId, rate, actorOf(req));
      say(req, rate === null ? 'The throttle was lifted.' : `The task is throttled to ${rate}/s.`);
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      say(req, `${error.entry.desc}: ${error.detail}.`, 'bad');
    }
    leadTo(req, res, paths.task(taskId));
  };
}

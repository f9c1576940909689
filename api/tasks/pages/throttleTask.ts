import type { Request, RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { nothingTyped, type Typed } from '../../../views/components/field/field.ts';
import { paths } from '../../../views/paths.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import { actorOf } from '../../http/requestContext.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, flash } from '../../html/pageAnswer.ts';
import { taskIdOf } from './taskId.ts';

export const rateField = 'objects_per_second';
const notARate = 'Enter a whole number of at least 1, or leave it empty for no limit.';
const shownAtMost = 100;

/** The throttle of a task's page; what it cannot be set to comes back to that page in its address. */
export function throttleTask({
  taskActions,
  contract,
}: Pick<PageSources, 'taskActions' | 'contract'>): RequestHandler {
  const isRate = rateCheck(contract);
  return async (req, res) => {
    const taskId = taskIdOf(req);
    const typed = (fieldsOf(req.body)[rateField] ?? '').trim();
    if (!isRate(typed)) {
      res.redirect(303, paths.task(taskId, { [rateField]: typed.slice(0, shownAtMost) }));
      return;
    }
    const rate = rateOf(typed);
    try {
      await taskActions.throttle(taskId, rate, actorOf(req));
      flash(req, rate === null ? 'The rate limit was removed.' : `The task is limited to ${rate}/s.`);
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      flash(req, `${error.entry.desc}: ${error.detail}.`, 'bad');
    }
    leadTo(req, res, paths.task(taskId));
  };
}

/** Reads from the address of a task's page what it could not be throttled to. */
export function faultyRates(contract: PageSources['contract']): (req: Request) => Typed {
  const isRate = rateCheck(contract);
  return (req) => {
    const typed = fieldsOf(req.query, 'badQueryParameter')[rateField] ?? '';
    if (isRate(typed)) return nothingTyped;
    return {
      values: { [rateField]: typed },
      faults: { [rateField]: notARate },
    };
  };
}

/** Of a form: the rate, null for none, or what is wrong with it. */
export function readRates(contract: PageSources['contract']): (typed: string) => number | null | Typed {
  const isRate = rateCheck(contract);
  return (typed) =>
    isRate(typed)
      ? rateOf(typed)
      : { values: { [rateField]: typed.slice(0, shownAtMost) }, faults: { [rateField]: notARate } };
}

function rateCheck(contract: PageSources['contract']): (typed: string) => boolean {
  const check = bodyCheck(contract, 'patch', '/tasks/{task_id}');
  return (typed) => {
    try {
      check({ action: 'throttle', [rateField]: rateOf(typed) });
      return true;
    } catch {
      return false;
    }
  };
}

/** null: no limit. What is no number is NaN, which is no rate either. */
function rateOf(typed: string): number | null {
  return typed === '' ? null : Number(typed);
}

import type { Request, Response } from 'express';
import type { TaskPageQueries } from '../../../db/tasks/taskPageQueries.ts';
import { DomainError } from '../../../domain/errors.ts';
import { paths } from '../../../views/paths.ts';
import { flash, leadTo } from '../../html/pageAnswer.ts';
import { orderValues, type Filled } from './orderValues.ts';
import { idsIn } from './severalTasks.ts';

export interface FromTaskSources {
  readonly taskPageQueries: Pick<TaskPageQueries, 'order'>;
}

const retryNote = / ?\(edited retry of task \d+\)$/;
const longestDescription = 4_096;

/**
 * What a form is filled in with to do again what a task did; null: the form cannot say it.
 * @throws DomainError taskNotFound
 */
export async function readFromTask(
  { taskPageQueries }: FromTaskSources,
  taskId: number,
  { isRetry }: { readonly isRetry: boolean },
): Promise<Filled | null> {
  const order = await taskPageQueries.order(taskId);
  if (order === null) throw new DomainError('taskNotFound', `task ${taskId}`);
  const filled = orderValues(order);
  if (filled === null) return null;
  // That everything may go was confirmed for that task alone.
  const { confirm_all: _confirmed, description = '', ...values } = filled.values;
  const noted = `${description.replace(retryNote, '')} (edited retry of task ${taskId})`.trim();
  return {
    kind: filled.kind,
    values: {
      ...values,
      from: String(taskId),
      description: isRetry && noted.length <= longestDescription ? noted : description,
    },
  };
}

/** When the form cannot say what the task did. */
export function leadToTask(req: Request, res: Response, taskId: number): void {
  flash(req, `The form cannot show all that task ${taskId} does. Use the API instead.`, 'bad');
  leadTo(req, res, paths.task(taskId));
}

/** The task that an address names to fill in its form from; null: none. */
export function fromTaskId({ from = '' }: Readonly<Record<string, string>>): number | null {
  return idsIn([from])[0] ?? null;
}

import { DomainError } from '../../domain/errors.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import type { Sql } from '../sql/connection.ts';
import { isToSum } from './partSums.ts';

/**
 * Before a task plans or processes `more` objects than it has counted so far, in the transaction that does it: no object
 * beyond those that were approved, or need no approval, is touched. The task's row is kept, so that two parts cannot
 * grow at the same moment.
 * @throws DomainError moreThanApproved
 */
export async function refuseBeyondLimit(
  tx: Sql,
  { taskId, objectsLimit }: Pick<EngineTask, 'taskId' | 'objectsLimit'>,
  more: number,
): Promise<void> {
  if (objectsLimit === null) return;
  await tx.query('select from tasks where task_id = $1 for no key update', [taskId]);
  const [row] = await tx.query<{ known: number }>(
    `select t.objects_expected + coalesce((select grown from task_sums where task_id = $1), 0)
       + coalesce((select sum(s.grown) from subtasks s where s.task_id = $1 and ${isToSum}), 0)::bigint known
     from tasks t where t.task_id = $1`,
    [taskId],
  );
  const all = (row?.known ?? 0) + more;
  if (all <= objectsLimit) return;
  throw new DomainError(
    'moreThanApproved',
    `${all} objects are selected by now, and ${objectsLimit} may be removed without another approval`,
  );
}

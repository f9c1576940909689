import {
  causeByContent,
  whyApproval,
  type ApprovalCause,
  type ApprovalRule,
} from '../../domain/approvals/approval.ts';
import type { TaskWork } from '../../domain/tasks/engineTask.ts';
import { lookAtRemoval, type LookLimits, type RemovalLook } from '../selection/preview/removalLook.ts';
import { toWork } from '../engine/engineTask.ts';
import { errorTable } from '../../domain/errors.ts';
import type { Sql } from '../sql/connection.ts';

/** Whether a removal needs another administrator, and how many objects the engine may process without one. */
export type Judgement =
  | { readonly cause: ApprovalCause; readonly look: RemovalLook }
  | { readonly cause: null; readonly objectsLimit: number | null };

const free: Judgement = { cause: null, objectsLimit: null };

// Who orders waits for both; what is not counted in this time waits for its approval.
const limits: LookLimits = { exactUpTo: 100_000, countMs: 500, countAllMs: 1_500 };

/**
 * Judges a removal as its rows are now, in the transaction that orders it. `upperBound`: of the task; null: the
 * transaction's beginning.
 */
export async function judgeApproval(
  tx: Sql,
  work: TaskWork,
  upperBound: string | null,
  rule: ApprovalRule | null,
): Promise<Judgement> {
  const known = rule === null ? null : causeByContent(work);
  if (rule === null || known === null) return free;
  if (known === 'count') {
    // One more than the rule allows is enough to know.
    const few = { ...limits, exactUpTo: rule.objects, countAllMs: 0 };
    const cause = whyApproval(work, await lookAtRemoval(tx, work, upperBound, few), rule);
    if (cause === null) return { cause: null, objectsLimit: rule.objects };
    return { cause, look: await lookAtRemoval(tx, work, upperBound, limits) };
  }
  return { cause: known, look: await lookAtRemoval(tx, work, upperBound, limits) };
}

/**
 * Judges what has not been processed yet of a task that is to be retried: as an order of its own, since its filters may
 * select more by now. @returns null: what was approved, or made by an approved schedule, goes on as it is
 */
export async function judgeRetry(
  tx: Sql,
  taskId: number,
  rule: ApprovalRule | null,
): Promise<Judgement | null> {
  const [task] = await tx.query<{ type: number; content: unknown; bound: string; isApproved: boolean }>(
    `select task_type "type", content, upper_bound::text bound,
       coalesce(failure ->> 'error_code' <> '${errorTable.moreThanApproved.code}', true) and (by_approved_schedule
         or coalesce((select a.state from approvals a where a.task_id = t.task_id order by approval_id desc limit 1), '')
           = 'approved') "isApproved"
     from tasks t where task_id = $1`,
    [taskId],
  );
  if (task === undefined || task.isApproved) return null;
  return judgeApproval(tx, toWork(task.type, task.content), task.bound, rule);
}

import { DomainError } from '../../domain/errors.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { TaskState } from '../../domain/tasks/task.ts';
import { recordAudit, serviceActor, type Actor } from '../audit/auditStore.ts';
import { toWork } from '../engine/engineTask.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { holdVersions } from '../tasks/versionConflicts.ts';
import { endApproval, expiredReason, expireEach, lockWaiting } from './approvalRows.ts';
import { checkDecider, type OrderedDecision } from './decider.ts';

interface LockedTask {
  readonly state: TaskState;
  readonly generation: number;
}

/**
 * Starts or ends a removal that waits for its approval. A version that it removes is held from now on, as by any gc.
 * @throws DomainError taskNotFound | versionInUse | upgradeOpen, and as checkDecider
 */
export async function decideTask(
  tx: Sql,
  taskId: number,
  { decision, reason, count }: OrderedDecision,
  actor: Actor,
): Promise<TaskRef> {
  if (decision === 'approve') await holdVersionsOf(tx, taskId);
  const task = await lockTask(tx, taskId);
  const waiting = await lockWaiting(tx, { taskId });
  if (task.state !== 'awaiting_approval' || waiting === null) {
    throw new DomainError('cannotApprove', `task ${taskId} is ${task.state}`);
  }
  await checkDecider(tx, waiting, decision, actor);
  const state = decision === 'approve' ? await approved(tx, taskId, count) : await cancelled(tx, taskId);
  await endApproval(tx, waiting.approvalId, {
    ...{ state: decision === 'approve' ? 'approved' : 'rejected', by: actor, reason },
    approvedCount: decision === 'approve' ? count : null,
  });
  await recordAudit(tx, {
    ...{ actor, action: `task.${decision}`, objectType: 'task', objectId: taskId },
    before: { state: 'awaiting_approval', ordered_by: waiting.orderedByLogin },
    after: { state, reason, ...(decision === 'approve' ? { count } : {}) },
  });
  return { taskId, generation: task.generation };
}

async function holdVersionsOf(tx: Sql, taskId: number): Promise<void> {
  const [task] = await tx.query<{ type: number; content: unknown; upgradeId: number | null }>(
    `select task_type "type", content, upgrade_id "upgradeId" from tasks where task_id = $1 and state = 'awaiting_approval'`,
    [taskId],
  );
  if (task !== undefined) await holdVersions(tx, toWork(task.type, task.content), task.upgradeId);
}

async function lockTask(tx: Sql, taskId: number): Promise<LockedTask> {
  const [task] = await tx.query<LockedTask>(
    'select state, generation from tasks where task_id = $1 for no key update',
    [taskId],
  );
  if (task === undefined) throw new DomainError('taskNotFound', `task ${taskId}`);
  return task;
}

/** It waits for its turn; one of an upgrade that is paused waits with it. */
async function approved(tx: Sql, taskId: number, count: number | null): Promise<TaskState> {
  const [task] = await tx.query<{ state: TaskState }>(
    `update tasks t set objects_limit = $2, last_update_time = now(), lock_version = lock_version + 1,
       state = case when u.state = 'paused' then 'paused' else 'pending' end,
       desired_state = case when u.state = 'paused' then 'pause' else 'run' end
     from (select 1) one left join upgrades u on u.upgrade_id = (select upgrade_id from tasks where task_id = $1)
     where t.task_id = $1 returning t.state`,
    [taskId, count],
  );
  return task?.state ?? 'pending';
}

async function cancelled(tx: Sql, taskId: number): Promise<TaskState> {
  await tx.query(
    `update tasks set state = 'cancelled', desired_state = 'cancel', end_time = now(), last_update_time = now(),
       lock_version = lock_version + 1 where task_id = $1`,
    [taskId],
  );
  return 'cancelled';
}

/** Ends the removals whose approval has expired. @returns how many */
export const expireTaskApprovals = (db: Database): Promise<number> => expireEach(db, 'task_id', expireTask);

async function expireTask(tx: Sql, taskId: number): Promise<boolean> {
  await tx.query('select from tasks where task_id = $1 for no key update', [taskId]);
  const waiting = await lockWaiting(tx, { taskId });
  if (waiting?.isOver !== true) return false;
  const state = await cancelled(tx, taskId);
  await endApproval(tx, waiting.approvalId, { state: 'expired', by: null, reason: expiredReason });
  await recordAudit(tx, {
    ...{ actor: serviceActor('approvals'), action: 'task.expire', objectType: 'task', objectId: taskId },
    before: { state: 'awaiting_approval', ordered_by: waiting.orderedByLogin },
    after: { state, reason: expiredReason },
  });
  return true;
}

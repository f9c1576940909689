import { DomainError, errorTable, type ErrorName } from '../../domain/errors.ts';
import { lastKey, type TaskRef } from '../../domain/tasks/parts.ts';
import {
  applyControl,
  checkRemoval,
  checkRetry,
  checkThrottle,
  type ControlAction,
} from '../../domain/tasks/lifecycle.ts';
import {
  type RetryScope,
  isFinal,
  taskTypes,
  type DesiredState,
  type TaskState,
} from '../../domain/tasks/task.ts';
import { asks, type AskedAction } from '../engine/askedAction.ts';
import { heldColumn } from '../maintenance/heldTasks.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { createUndo, holdUndoWindow } from './createUndo.ts';
import { lockUndoWindow } from '../gc/undoWindows.ts';
import type { UndoFilters } from '../../domain/gc/gcContent.ts';
import { createTask, keepKey, type CreatedTask, type NewTask } from './createTask.ts';
import { unfoldOpened } from '../engine/partSums.ts';
import { toWork } from '../engine/engineTask.ts';
import { holdVersions, refuseConflict } from './versionConflicts.ts';
import { orderApproval, withdrawApproval } from '../approvals/approvalRows.ts';
import { decideTask } from '../approvals/taskApprovals.ts';
import { judgeRetry } from '../approvals/judgeApproval.ts';
import type { OrderedDecision } from '../approvals/decider.ts';
import type { ApprovalRule } from '../../domain/approvals/approval.ts';

/** `wasHeld`: by a maintenance, until now. */
export type ControlledRef = TaskRef & { readonly state: TaskState; readonly wasHeld: boolean };

export type TaskStore = ReturnType<typeof createTaskStore>;

/** What admins do to tasks. Each method is one transaction with its line in the audit; the engine is told afterwards. */
export function createTaskStore(db: Database, rule: ApprovalRule | null) {
  return {
    /**
     * @throws DomainError idempotencyConflict when the key was used with another request; versionInUse; and what making
     *   the content throws
     */
    create: (task: NewTask, actor: Actor): Promise<CreatedTask> =>
      db.transaction((tx) => createTask(tx, task, actor, rule)),

    /** @throws DomainError taskNotFound | cannotCancel | cannotPause */
    control: (taskId: number, action: ControlAction, actor: Actor): Promise<ControlledRef> =>
      db.transaction((tx) => controlTask(tx, taskId, action, actor)),

    /** Sets how many objects a second the task may do from now on; null: as many as it can. @throws DomainError taskNotFound | cannotPause */
    throttle: (taskId: number, objectsPerSecond: number | null, actor: Actor): Promise<void> =>
      throttle(db, taskId, objectsPerSecond, actor),

    /**
     * Opens a finished task again under the next generation: unfinished parts go on from their checkpoints
     * (`unfinished`), objects with an open error of parts that came to their end are done again (`failed`, or those
     * with one code), or both (`all`).
     * @throws DomainError taskNotFound | cannotRetry | versionInUse
     */
    retry: (taskId: number, scope: RetryScope, actor: Actor): Promise<TaskRef> =>
      retry(db, taskId, scope, actor, rule),

    /** Puts back what a gc with an undo window has removed. @throws as createUndo */
    undo: (taskId: number, filters: UndoFilters | undefined, actor: Actor): Promise<CreatedTask> =>
      db.transaction((tx) => createUndo(tx, taskId, filters, actor)),

    /** Starts or ends a removal that waits for another administrator. @throws as decideTask */
    decide: (taskId: number, decision: OrderedDecision, actor: Actor): Promise<TaskRef> =>
      db.transaction((tx) => decideTask(tx, taskId, decision, actor)),

    /** Removes the task with its parts, errors and result. @throws DomainError taskNotFound | stillRunning | keptAside */
    remove: (taskId: number, actor: Actor): Promise<void> => remove(db, taskId, actor),
  };
}

interface LockedTask {
  state: TaskState;
  desired_state: DesiredState;
  generation: number;
  admitted: boolean;
  /** By a maintenance. */
  is_held: boolean;
}

async function lockTask(tx: Sql, taskId: number): Promise<LockedTask> {
  const [task] = await tx.query<LockedTask>(
    `select state, desired_state, generation, admitted, ${heldColumn} is_held from tasks t where task_id = $1 and not is_leaving
     for no key update of t`,
    [taskId],
  );
  if (task === undefined) throw new DomainError('taskNotFound', `task ${taskId}`);
  return task;
}

/** What an admin orders of one task counts more than the maintenance: its end leaves the task as it is then. */
const ownWill = (bind: string) => `held_by_maintenance = false,
  released_from = case when ${bind}::text = 'resume' then (select number from maintenance where active) end`;

export async function controlTask(
  tx: Sql,
  taskId: number,
  action: ControlAction,
  actor: Actor,
): Promise<ControlledRef> {
  const task = await lockTask(tx, taskId);
  const next = applyControl(
    { state: task.state, desiredState: task.desired_state, isAdmitted: task.admitted },
    action,
  );
  if (next.state !== task.state || next.desiredState !== task.desired_state) {
    await tx.query(
      `update tasks set state = $2, desired_state = $3, last_update_time = now(), lock_version = lock_version + 1,
           end_time = case when $2 = 'cancelled' then now() end, ${asks('$4')}, ${ownWill('$5')}
         where task_id = $1`,
      [taskId, next.state, next.desiredState, isFinal(next.state) ? null : action, action],
    );
    if (task.state === 'awaiting_approval') await withdrawApproval(tx, { taskId }, actor);
    await recordAudit(tx, {
      actor,
      action: `task.${action}`,
      objectType: 'task',
      objectId: taskId,
      ...(next.state === task.state
        ? {
            before: { state: task.state, desired_state: task.desired_state },
            after: { state: next.state, desired_state: next.desiredState },
          }
        : { before: { state: task.state }, after: { state: next.state } }),
    });
  } else if (task.is_held) {
    await tx.query(
      `update tasks set last_update_time = now(), lock_version = lock_version + 1, ${ownWill('$2')} where task_id = $1`,
      [taskId, action],
    );
    await recordAudit(tx, {
      ...{ actor, action: `task.${action}`, objectType: 'task', objectId: taskId },
      ...{ before: { held_by_maintenance: true }, after: { held_by_maintenance: false } },
    });
  }
  return { taskId, generation: task.generation, state: next.state, wasHeld: task.is_held };
}

async function throttle(
  db: Database,
  taskId: number,
  objectsPerSecond: number | null,
  actor: Actor,
): Promise<void> {
  await db.transaction(async (tx) => {
    checkThrottle(await lockTask(tx, taskId));
    const [before] = await tx.query<{ rate: number | null }>(
      'select objects_per_second as rate from tasks where task_id = $1',
      [taskId],
    );
    if (before?.rate === objectsPerSecond) return;
    await tx.query(
      `update tasks set objects_per_second = $2, last_update_time = now(), lock_version = lock_version + 1
       where task_id = $1`,
      [taskId, objectsPerSecond],
    );
    await recordAudit(tx, {
      actor,
      action: 'task.throttle',
      objectType: 'task',
      objectId: taskId,
      before: { objects_per_second: before?.rate ?? null },
      after: { objects_per_second: objectsPerSecond },
    });
  });
}

async function retry(
  db: Database,
  taskId: number,
  scope: RetryScope,
  actor: Actor,
  rule: ApprovalRule | null,
): Promise<TaskRef> {
  return db.transaction(async (tx) => {
    const opensUnfinished = scope === 'unfinished' || scope === 'all';
    const judged = opensUnfinished ? await judgeRetry(tx, taskId, rule) : null;
    const waits = judged !== null && judged.cause !== null;
    // Before the task's row is locked: who makes a gc has its version first, and marks rows of extracts then.
    await holdVersionsOf(tx, taskId, waits);
    const task = await lockTask(tx, taskId);
    checkRetry(task);
    if (opensUnfinished) await openUnfinished(tx, taskId);
    if (scope !== 'unfinished')
      await openFailed(tx, taskId, typeof scope === 'object' ? scope.errorCode : null);
    if (opensUnfinished) await overcomePartErrors(tx, taskId);
    await unfoldOpened(tx, taskId);
    const generation = task.generation + 1;
    const state: TaskState = waits ? 'awaiting_approval' : 'pending';
    await tx.query(
      `update tasks set state = $6, desired_state = 'run', generation = $2,
         objects_limit = case when $7 then $8 else objects_limit end, end_time = null, failure = null,
         stuck_since = null, rest_state = $4, admitted = false, held_by_maintenance = false, released_from = null, request_id = coalesce($5, request_id), last_update_time = now(), lock_version = lock_version + 1, ${asks('$3')}
       where task_id = $1`,
      [
        ...[taskId, generation, waits ? null : ('retry' satisfies AskedAction)],
        opensUnfinished || task.state === 'done' ? null : task.state,
        ...[actor.requestId, state, judged !== null, judged?.cause === null ? judged.objectsLimit : null],
      ],
    );
    if (waits && rule !== null) await orderApproval(tx, { taskId }, judged, rule, actor);
    await recordAudit(tx, {
      actor,
      action: 'task.retry',
      objectType: 'task',
      objectId: taskId,
      before: { state: task.state },
      after: {
        state,
        ...(waits ? { awaits_approval: judged.cause, count: judged.look.count } : {}),
        ...(typeof scope === 'object' ? { error_code: scope.errorCode } : { scope }),
        generation,
      },
    });
    return { taskId, generation };
  });
}

const asNew = `claim = null, failure = null, failed_attempts = 0, checkpoint_time = null, end_time = null`;
/** @throws DomainError versionInUse | cannotRetry */
async function holdVersionsOf(tx: Sql, taskId: number, waits: boolean): Promise<void> {
  const [task] = await tx.query<{ task_type: number; content: unknown; upgrade_id: number | null }>(
    'select task_type, content, upgrade_id from tasks where task_id = $1',
    [taskId],
  );
  if (task === undefined) return;
  const work = toWork(task.task_type, task.content);
  if (work.kind === 'gc') await holdUndoWindow(tx, taskId, work.content);
  if (waits) await refuseConflict(tx, work, task.upgrade_id);
  else await holdVersions(tx, work, task.upgrade_id);
}

async function openUnfinished(tx: Sql, taskId: number): Promise<void> {
  await tx.query(
    `update subtasks set state = 'pending', ${asNew}, last_update_time = now()
     where task_id = $1 and state <> 'done'`,
    [taskId],
  );
}

/** @throws DomainError cannotRetry when no object has the error that is asked for */
async function openFailed(tx: Sql, taskId: number, errorCode: number | null): Promise<void> {
  // A gc tries those objects again that it could not remove; where there is none, its errors are behind it at once.
  const parts = await tx.execute(
    `update subtasks s set state = 'pending', retry_errors = true, retry_code = $2, ${asNew}, last_update_time = now(),
       error_cursor = case when t.task_type = ${taskTypes.gc} and not exists (select from task_errors e
         where e.task_id = s.task_id and e.part_no = s.part_no and e.overcome_time is null
           and e.error_code in (${errorTable.objectNotRemoved.code}, ${errorTable.objectNotWritten.code})) then '${lastKey}'::uuid end
     from tasks t
     where t.task_id = s.task_id and s.task_id = $1 and (s.walked or s.state in ('done', 'pending'))
       and exists (select from task_errors e
       where e.task_id = s.task_id and e.part_no = s.part_no and e.object_id is not null
         and e.overcome_time is null and e.error_code = coalesce($2, e.error_code))`,
    [taskId, errorCode],
  );
  if (errorCode !== null && parts === 0)
    throw new DomainError('cannotRetry', `no object of the task has the error ${errorCode}`);
  const isWanted = (name: ErrorName) => errorCode === null || errorCode === errorTable[name].code;
  if (isWanted('originNotRemoved')) {
    await tx.query(
      `update origin_removals set state = 'pending', attempts = 0, next_attempt_time = now()
       where task_id = $1 and state = 'refused'`,
      [taskId],
    );
  }
  if (isWanted('sampleNotRemoved')) {
    await tx.query(
      `update sample_tombstones set state = 'pending', next_attempt_time = now()
       where task_id = $1 and state = 'refused'`,
      [taskId],
    );
  }
}

async function overcomePartErrors(tx: Sql, taskId: number): Promise<void> {
  await tx.query(
    `update task_errors set overcome_time = now()
     where task_id = $1 and object_id is null and overcome_time is null`,
    [taskId],
  );
}

/** Its tables, and the files of what is in them, would be nobody's. @throws DomainError keptAside */
async function refuseKeptAside(tx: Sql, taskId: number): Promise<void> {
  const window = await lockUndoWindow(tx, taskId);
  if (window?.ended !== null) return;
  const end = window.until?.toISOString() ?? 'its end';
  throw new DomainError(
    'keptAside',
    `what it removed is kept until ${end}; the task can be deleted afterwards`,
  );
}

async function remove(db: Database, taskId: number, actor: Actor): Promise<void> {
  await db.transaction(async (tx) => {
    const task = await lockTask(tx, taskId);
    checkRemoval(task);
    await refuseKeptAside(tx, taskId);
    await keepKey(tx, taskId);
    await tx.query('delete from tasks where task_id = $1', [taskId]);
    await recordAudit(tx, {
      actor,
      action: 'task.remove',
      objectType: 'task',
      objectId: taskId,
      before: { state: task.state },
    });
  });
}

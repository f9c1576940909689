import { DomainError } from '../../domain/errors.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import { undoWindowMs, type GcContent } from '../../domain/gc/gcContent.ts';
import { makeAside } from '../gc/aside.ts';
import type { NotificationPolicy, TaskType } from '../../domain/tasks/task.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { advisoryLocks } from '../sql/advisoryLocks.ts';
import { recordAudit, serviceActor, type Actor } from '../audit/auditStore.ts';
import type { Sql } from '../sql/connection.ts';
import { toWork } from '../engine/engineTask.ts';
import { judgeApproval } from '../approvals/judgeApproval.ts';
import { orderApproval } from '../approvals/approvalRows.ts';
import type { ApprovalRule } from '../../domain/approvals/approval.ts';
import { holdVersions, refuseConflict } from './versionConflicts.ts';
import { timeOf } from '../sql/databaseClock.ts';

type Content = GcContent | ExtractContent;

export interface NewTask {
  readonly taskType: TaskType;
  /** A function makes it of the database's time, which also bounds the objects that are selected. */
  readonly content: Content | ((now: Date) => Content);
  /** The task is about what was there at this time of the database; absent: about what is there when it is made. */
  readonly asOf?: Date;
  readonly description: string | null;
  readonly objectsPerSecond?: number;
  readonly errorBudget?: number;
  /** Parts in flight at once. */
  readonly window?: number;
  /** 1 goes first, 5 last. */
  readonly priority?: number;
  readonly notificationPolicy?: NotificationPolicy;
  readonly schedule?: {
    readonly scheduleId: number;
    /** The time that it is made for, of which there is no other task; absent: an admin runs the schedule by hand. */
    readonly scheduledTime?: string;
    /** Whether the schedule has no such time, or not yet: somebody has triggered it past its clock. */
    readonly isOutside?: boolean;
    /** Its removals were approved with the schedule, as a rule: none of them needs an approval of its own. */
    readonly isApproved?: boolean;
    /** Whose order a task is that the schedule makes by itself: whoever changed it last. */
    readonly orderedBy?: Pick<Actor, 'accountId' | 'login'>;
  };
  /** The step of an upgrade that it is made for. */
  readonly upgrade?: UpgradeStepRef;
  /** The order's name among those of its account, and the request that it must come with each time. */
  readonly idempotency?: { readonly key: string; readonly request: object };
}

export interface UpgradeStepRef {
  readonly upgradeId: number;
  readonly stepNo: number;
}

/** `isNew`: false for an order that was given before. */
export interface CreatedTask extends TaskRef {
  readonly isNew: boolean;
}

const standardPriority = 3;
// Longer than whoever got no answer goes on asking.
const keptAfterRemoval = '1 day';

/**
 * Writes a new task with its line in the audit, or finds the one that the same order has made before. Two equal orders
 * at the same time make one task: the second waits until the first has committed. By `rule`, a large removal waits for
 * another administrator.
 * @throws DomainError idempotencyConflict | versionInUse, and what making its content throws
 */
export async function createTask(
  tx: Sql,
  task: NewTask,
  actor: Actor,
  rule: ApprovalRule | null,
): Promise<CreatedTask> {
  const { taskType, description, idempotency } = task;
  const settings = {
    objects_per_second: task.objectsPerSecond ?? null,
    error_budget: task.errorBudget ?? null,
    window: task.window ?? null,
    priority: task.priority ?? standardPriority,
    notification_policy: task.notificationPolicy ?? null,
  };
  const earlier = idempotency === undefined ? null : await findEarlier(tx, task, actor);
  if (earlier !== null) return earlier;
  const content =
    typeof task.content === 'function' ? task.content(task.asOf ?? (await timeOf(tx))) : task.content;
  const work = toWork(taskType, content);
  const bound = task.asOf?.toISOString() ?? null;
  const judged = await judgeApproval(tx, work, bound, task.schedule?.isApproved === true ? null : rule);
  // What waits for its approval holds no version until then.
  if (judged.cause === null) await holdVersions(tx, work, task.upgrade?.upgradeId);
  else await refuseConflict(tx, work, task.upgrade?.upgradeId);
  const [row] = await tx.query<TaskRef>(
    `insert into tasks (task_type, content, description, objects_per_second, error_budget, notification_policy,
       created_by, created_by_login, request_id, schedule_id, scheduled_time, window_size, priority, idempotency_key,
       idempotency_hash, upper_bound, upgrade_id, upgrade_step, state, objects_limit,
       by_approved_schedule)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, ${hashOf('$15')}, coalesce($16, now()), $17, $18, $19, $20, $21)
     returning task_id as "taskId", generation`,
    [
      taskType,
      JSON.stringify(content),
      description,
      settings.objects_per_second,
      settings.error_budget,
      settings.notification_policy === null ? null : JSON.stringify(settings.notification_policy),
      actor.accountId,
      actor.login,
      actor.requestId,
      task.schedule?.scheduleId ?? null,
      task.schedule?.scheduledTime ?? null,
      settings.window,
      settings.priority,
      idempotency?.key ?? null,
      requestOf(task),
      task.asOf ?? null,
      task.upgrade?.upgradeId ?? null,
      task.upgrade?.stepNo ?? null,
      ...(judged.cause === null ? ['pending', judged.objectsLimit] : ['awaiting_approval', null]),
      task.schedule?.isApproved === true,
    ],
  );
  if (row === undefined) throw new Error('insert into tasks returned no row');
  if (judged.cause !== null && rule !== null) {
    await orderApproval(tx, row, judged, rule, task.schedule?.orderedBy ?? actor);
  }
  if ('undo_window' in content) {
    await makeAside(tx, row.taskId, content, undoWindowMs(content.undo_window));
  }
  await recordAudit(tx, {
    actor: auditedActor(task, actor),
    action: 'task.create',
    objectType: 'task',
    objectId: row.taskId,
    after: {
      ...{ task_type: taskType, content, description, ...settings },
      ...(task.schedule === undefined ? {} : auditedRun(task.schedule)),
      ...(task.upgrade === undefined ? {} : { upgrade_id: task.upgrade.upgradeId }),
      ...(judged.cause === null ? {} : { awaits_approval: judged.cause, count: judged.look.count }),
    },
  });
  return { ...row, isNew: true };
}

/** Whoever has made the schedule, or the upgrade, did nothing now. It is no login: those are addresses. */
function auditedActor({ schedule, upgrade }: NewTask, actor: Actor): Actor {
  if (schedule?.scheduledTime !== undefined) return serviceActor(`schedule ${schedule.scheduleId}`);
  return upgrade === undefined ? actor : serviceActor(`upgrade ${upgrade.upgradeId}`);
}

function auditedRun({
  scheduleId,
  scheduledTime,
  isOutside = false,
}: NonNullable<NewTask['schedule']>): object {
  return {
    schedule_id: scheduleId,
    ...(scheduledTime === undefined ? {} : { scheduled_time: scheduledTime }),
    ...(isOutside ? { outside_schedule: true } : {}),
  };
}

/** Of those that are there and those that were removed; until the transaction ends no equal order makes one. */
async function findEarlier(tx: Sql, task: NewTask, actor: Actor): Promise<CreatedTask | null> {
  const owner = [actor.accountId, task.idempotency?.key];
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2::text || $3::text))', [
    advisoryLocks.orders,
    ...owner,
  ]);
  const [row] = await tx.query<TaskRef & { readonly isSame: boolean }>(
    `select task_id as "taskId", generation, idempotency_hash = ${hashOf('$3')} as "isSame" from (
       select task_id, generation, idempotency_hash from tasks where created_by = $1 and idempotency_key = $2
       union all
       select task_id, 0, idempotency_hash from spent_keys where created_by = $1 and idempotency_key = $2
         and removed_time > now() - interval '${keptAfterRemoval}'
     ) earlier`,
    [...owner, requestOf(task)],
  );
  if (row === undefined) return null;
  if (!row.isSame) {
    throw new DomainError(
      'idempotencyConflict',
      `the key was used for task ${row.taskId}, with another request`,
    );
  }
  return { taskId: row.taskId, generation: row.generation, isNew: false };
}

/** Keeps the key of a task that is about to be removed, and forgets those that were kept long enough. */
export async function keepKey(tx: Sql, taskId: number): Promise<void> {
  await tx.query(`delete from spent_keys where removed_time <= now() - interval '${keptAfterRemoval}'`);
  await tx.query(
    `insert into spent_keys (created_by, idempotency_key, idempotency_hash, task_id)
     select created_by, idempotency_key, idempotency_hash, task_id from tasks
     where task_id = $1 and idempotency_key is not null`,
    [taskId],
  );
}

/** jsonb has one text for equal JSON, whatever the order of keys and the spaces between them. */
function hashOf(bind: string): string {
  return `encode(sha256(convert_to(${bind}::jsonb::text, 'UTF8')), 'hex')`;
}

/** The request, not the content: that has relative times frozen, and is another one each time. */
function requestOf({ taskType, idempotency }: NewTask): string | null {
  return idempotency === undefined ? null : JSON.stringify({ taskType, request: idempotency.request });
}

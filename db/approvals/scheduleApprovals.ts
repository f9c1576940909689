import { DomainError } from '../../domain/errors.ts';
import type { ApprovalRule } from '../../domain/approvals/approval.ts';
import { freezeGcContent, type GcRequest } from '../../domain/gc/gcContent.ts';
import type { ScheduleSpec } from '../../domain/schedules/schedule.ts';
import { taskTypes } from '../../domain/tasks/task.ts';
import { recordAudit, serviceActor, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { timeOf } from '../sql/databaseClock.ts';
import {
  endApproval,
  expiredReason,
  expireEach,
  lockWaiting,
  orderApproval,
  withdrawApproval,
} from './approvalRows.ts';
import { checkDecider, type OrderedDecision } from './decider.ts';
import { judgeApproval, type Judgement } from './judgeApproval.ts';

/** What a schedule's task would remove now. Approved, it is approved as a rule: relative times go on with the clock. */
export async function judgeSchedule(
  tx: Sql,
  { taskType, content }: Pick<ScheduleSpec, 'taskType' | 'content'>,
  rule: ApprovalRule | null,
): Promise<Judgement> {
  if (rule === null || taskType !== taskTypes.gc) return { cause: null, objectsLimit: null };
  const frozen = freezeGcContent(content as GcRequest, await timeOf(tx));
  return judgeApproval(tx, { kind: 'gc', content: frozen }, null, rule);
}

/** In the place of what was ordered before, if anything waits. */
export async function orderScheduleApproval(
  tx: Sql,
  scheduleId: number,
  judged: Judgement,
  rule: ApprovalRule | null,
  actor: Actor,
): Promise<void> {
  await withdrawApproval(tx, { scheduleId }, actor);
  if (judged.cause !== null && rule !== null) await orderApproval(tx, { scheduleId }, judged, rule, actor);
}

/**
 * Lets a schedule make its tasks, or stops it. `seen`: the revisions of which it must have one; undefined: any.
 * @throws DomainError scheduleNotFound | scheduleChanged, and as checkDecider
 */
export async function decideSchedule(
  tx: Sql,
  scheduleId: number,
  { decision, reason }: Omit<OrderedDecision, 'count'>,
  actor: Actor,
  seen: readonly number[] | undefined,
): Promise<void> {
  const [row] = await tx.query<{ revision: number }>(
    'select revision from schedules where schedule_id = $1 and not removed for update',
    [scheduleId],
  );
  if (row === undefined) throw new DomainError('scheduleNotFound', `schedule ${scheduleId}`);
  if (seen?.includes(row.revision) === false) {
    throw new DomainError('scheduleChanged', `schedule ${scheduleId} is at revision ${row.revision}`);
  }
  const waiting = await lockWaiting(tx, { scheduleId });
  if (waiting === null) throw new DomainError('cannotApprove', `schedule ${scheduleId} awaits no approval`);
  await checkDecider(tx, waiting, decision, actor);
  const isApproved = decision === 'approve';
  await move(tx, scheduleId, isApproved);
  await endApproval(tx, waiting.approvalId, {
    ...{ state: isApproved ? 'approved' : 'rejected', by: actor, reason },
  });
  await recordAudit(tx, {
    ...{ actor, action: `schedule.${decision}`, objectType: 'schedule', objectId: scheduleId },
    before: { ordered_by: waiting.orderedByLogin },
    after: { reason },
  });
}

/** What was refused stays stopped: starting it orders the approval again. */
async function move(tx: Sql, scheduleId: number, isApproved: boolean): Promise<void> {
  await tx.query(
    `update schedules set approval = case when $2 then 'approved' else 'refused' end, active = active and $2,
       revision = revision + 1, last_update_time = now() where schedule_id = $1`,
    [scheduleId, isApproved],
  );
}

/** Stops the schedules whose approval has expired. @returns how many */
export const expireScheduleApprovals = (db: Database): Promise<number> =>
  expireEach(db, 'schedule_id', expireSchedule);

async function expireSchedule(tx: Sql, scheduleId: number): Promise<boolean> {
  await tx.query('select from schedules where schedule_id = $1 for update', [scheduleId]);
  const waiting = await lockWaiting(tx, { scheduleId });
  if (waiting?.isOver !== true) return false;
  await move(tx, scheduleId, false);
  await endApproval(tx, waiting.approvalId, { state: 'expired', by: null, reason: expiredReason });
  await recordAudit(tx, {
    ...{ actor: serviceActor('approvals'), action: 'schedule.expire', objectType: 'schedule' },
    ...{
      objectId: scheduleId,
      before: { ordered_by: waiting.orderedByLogin },
      after: { reason: expiredReason },
    },
  });
  return true;
}

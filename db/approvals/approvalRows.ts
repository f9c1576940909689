import type { ApprovalCause, ApprovalRule, ApprovalState } from '../../domain/approvals/approval.ts';
import { durationMs } from '../../domain/duration.ts';
import type { Actor } from '../audit/auditStore.ts';
import type { RemovalLook } from '../selection/preview/removalLook.ts';
import type { Database, Sql } from '../sql/connection.ts';

/** Of what: one of both. */
export type ApprovalObject = { readonly taskId: number } | { readonly scheduleId: number };

/** The column "approval": an ApprovalView of the newest order, or null. `condition`: of `approvals a`. */
export const approvalColumn = (condition: string): string => `(
  select json_build_object('state', a.state, 'cause', a.cause, 'count', a.preview -> 'count',
    'is_exact', a.preview -> 'isExact', 'ordered_by', a.ordered_by, 'ordered_by_login', a.ordered_by_login,
    'order_time', a.order_time, 'expire_time', a.expire_time, 'decided_by_login', a.decided_by_login,
    'decide_time', a.decide_time, 'reason', a.reason)
  from approvals a where ${condition} order by a.approval_id desc limit 1) "approval"`;

export interface WaitingApproval {
  readonly approvalId: number;
  readonly cause: ApprovalCause;
  readonly count: number;
  readonly isExact: boolean;
  readonly orderedBy: string | null;
  readonly orderedByLogin: string;
  readonly isOver: boolean;
}

/** The column that says of what an approval is, and its value. */
export const idsOf = (of: ApprovalObject) =>
  'taskId' in of ? { column: 'task_id', id: of.taskId } : { column: 'schedule_id', id: of.scheduleId };

/** Has the order wait. Its row is to be the object's only waiting one. */
export async function orderApproval(
  tx: Sql,
  of: ApprovalObject,
  { cause, look }: { readonly cause: ApprovalCause; readonly look: RemovalLook },
  { expires }: ApprovalRule,
  actor: Pick<Actor, 'accountId' | 'login'>,
): Promise<void> {
  const { column, id } = idsOf(of);
  await tx.query(
    `insert into approvals (${column}, cause, preview, ordered_by, ordered_by_login, expire_time)
     values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
    [
      id,
      cause,
      JSON.stringify(look),
      actor.accountId,
      actor.login,
      durationMs(expires, 'APPROVAL_EXPIRES') / 1_000,
    ],
  );
}

/** The order that waits; until the transaction ends no one else decides it. */
export async function lockWaiting(tx: Sql, of: ApprovalObject): Promise<WaitingApproval | null> {
  const { column, id } = idsOf(of);
  const [row] = await tx.query<WaitingApproval>(
    `select approval_id "approvalId", cause, (preview ->> 'count')::bigint count, (preview ->> 'isExact')::boolean "isExact",
       ordered_by "orderedBy", ordered_by_login "orderedByLogin", expire_time <= now() "isOver"
     from approvals where ${column} = $1 and state = 'waiting' for update`,
    [id],
  );
  return row ?? null;
}

export interface Decided {
  readonly state: Exclude<ApprovalState, 'waiting'>;
  readonly by: Pick<Actor, 'accountId' | 'login'> | null;
  readonly reason: string | null;
  readonly approvedCount?: number | null;
}

/** Ends an order. Some of its objects were people's: they are shown no longer than they are needed. */
export async function endApproval(
  tx: Sql,
  approvalId: number,
  { state, by, reason, approvedCount = null }: Decided,
): Promise<void> {
  await tx.query(
    `update approvals set state = $2, decided_by = $3, decided_by_login = $4, reason = $5, approved_count = $6,
       decide_time = now(), preview = preview - 'sample'
     where approval_id = $1 and state = 'waiting'`,
    [approvalId, state, by?.accountId ?? null, by?.login ?? null, reason, approvedCount],
  );
}

/** What was ordered is no longer wanted, or is ordered in another form. */
export async function withdrawApproval(tx: Sql, of: ApprovalObject, by: Actor): Promise<void> {
  const waiting = await lockWaiting(tx, of);
  if (waiting === null) return;
  await endApproval(tx, waiting.approvalId, { state: 'withdrawn', by, reason: null });
}

const expiredAtOnce = 50;
export const expiredReason = 'approval expired';

/** Ends each order that has waited for too long, in a transaction of its own. @returns how many */
export async function expireEach(
  db: Database,
  column: 'task_id' | 'schedule_id',
  expire: (tx: Sql, id: number) => Promise<boolean>,
): Promise<number> {
  const due = await db.query<{ id: number }>(
    `select ${column} id from approvals where state = 'waiting' and expire_time <= now() and ${column} is not null
     order by expire_time limit ${expiredAtOnce}`,
  );
  let ended = 0;
  for (const { id } of due) ended += (await db.transaction((tx) => expire(tx, id))) ? 1 : 0;
  return ended;
}

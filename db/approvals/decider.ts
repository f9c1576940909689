import { DomainError } from '../../domain/errors.ts';
import type { Decision } from '../../domain/approvals/approval.ts';
import type { Actor } from '../audit/auditStore.ts';
import type { Sql } from '../sql/connection.ts';
import type { WaitingApproval } from './approvalRows.ts';

/** What an administrator decided, and of how many objects; null: they could not be counted in time. */
export interface OrderedDecision {
  readonly decision: Decision;
  readonly reason: string;
  readonly count: number | null;
}

/** Accounts that may order and approve removals, kept as they are until the transaction ends. */
async function isAdmin(tx: Sql, accountId: string | null): Promise<boolean> {
  if (accountId === null) return false;
  const rows = await tx.query(
    `select from accounts where account_id = $1 and account_type = 'admin' and role = 'admin' for share`,
    [accountId],
  );
  return rows.length > 0;
}

/**
 * Refuses whoever may not decide an order now, by the accounts' own rows: a session or a token may be older than they are.
 * @throws DomainError cannotApprove | ownApproval | notPermitted | ordererNotAdmin
 */
export async function checkDecider(
  tx: Sql,
  waiting: WaitingApproval,
  decision: Decision,
  actor: Actor,
): Promise<void> {
  if (waiting.isOver) throw new DomainError('cannotApprove', 'the approval has expired');
  if (actor.accountId !== null && waiting.orderedBy === actor.accountId) {
    throw new DomainError(
      'ownApproval',
      `${waiting.orderedByLogin} ordered it; another administrator decides`,
    );
  }
  if (!(await isAdmin(tx, actor.accountId))) {
    throw new DomainError('notPermitted', 'this needs the role admin');
  }
  if (decision === 'approve' && !(await isAdmin(tx, waiting.orderedBy))) {
    throw new DomainError(
      'ordererNotAdmin',
      `${waiting.orderedByLogin} is no longer an administrator; order the removal again`,
    );
  }
}

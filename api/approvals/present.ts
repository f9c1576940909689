import type { ApprovalView } from '../../domain/approvals/approval.ts';

export type ApprovalJson = ReturnType<typeof presentApproval>;

/** The newest order of an approval, in a task or a schedule. */
export function presentApproval(approval: ApprovalView | null) {
  if (approval === null) return null;
  return {
    ...approval,
    order_time: isoOf(approval.order_time),
    expire_time: isoOf(approval.expire_time),
    decide_time: approval.decide_time === null ? null : isoOf(approval.decide_time),
  };
}

/** As the database writes it, to the contract's form. */
const isoOf = (time: string): string => new Date(time).toISOString();

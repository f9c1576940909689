import { isRehearsal } from '../gc/gcContent.ts';
import { hasCondition } from '../tasks/filters.ts';
import type { TaskWork } from '../tasks/engineTask.ts';
import type { CountOfObjects } from '../tasks/preview.ts';

/** From when on a removal needs a second administrator; the service has no such rule unless APPROVAL_OBJECTS is set. */
export interface ApprovalRule {
  /** More objects than this. */
  readonly objects: number;
  /** How long an order waits, such as `3d`. */
  readonly expires: string;
}

/** By the settings; null: no removal needs an approval. */
export const approvalRuleOf = ({
  approvalObjects,
  approvalExpires,
}: {
  readonly approvalObjects?: number | undefined;
  readonly approvalExpires: string;
}): ApprovalRule | null =>
  approvalObjects === undefined ? null : { objects: approvalObjects, expires: approvalExpires };

/** Why: a whole version of descriptors; no filter that narrows, or confirm_all; too many; or too many to be counted in time. */
export const approvalCauses = ['version', 'everything', 'objects', 'uncounted'] as const;
export type ApprovalCause = (typeof approvalCauses)[number];

/** `withdrawn`: the task was cancelled, or the schedule changed or deleted, before anyone decided. */
export const approvalStates = ['waiting', 'approved', 'rejected', 'expired', 'withdrawn'] as const;
export type ApprovalState = (typeof approvalStates)[number];

/** An order that needed an approval, as a page and the contract tell of it; times as the database or the contract writes them. */
export interface ApprovalView {
  readonly state: ApprovalState;
  readonly cause: ApprovalCause;
  /** Of objects, when it was ordered. */
  readonly count: number;
  readonly is_exact: boolean;
  readonly ordered_by: string | null;
  readonly ordered_by_login: string;
  readonly order_time: string;
  readonly expire_time: string;
  readonly decided_by_login: string | null;
  readonly decide_time: string | null;
  readonly reason: string | null;
}

export type Decision = 'approve' | 'reject';

/**
 * What is known of a removal without counting. `count`: how many objects decide; null: it needs no approval, because it
 * removes nothing, or ends the undo window of a gc that was approved itself.
 */
export function causeByContent(work: TaskWork): ApprovalCause | 'count' | null {
  if (work.kind === 'extract' || isRehearsal(work.content)) return null;
  const { content } = work;
  switch (content.target) {
    case 'undo':
    case 'purge':
      return null;
    case 'face_descriptors':
    case 'event_descriptors':
      return 'version';
    case 'faces':
    case 'events':
      return content.confirm_all === true || !hasCondition(content.filters) ? 'everything' : 'count';
    case 'samples':
      return hasCondition(content.filters) ? 'count' : 'everything';
  }
}

/** `counted`: null: there was not enough time. @returns null: it may start without an approval */
export function whyApproval(
  work: TaskWork,
  counted: CountOfObjects | null,
  { objects }: ApprovalRule,
): ApprovalCause | null {
  const cause = causeByContent(work);
  if (cause !== 'count') return cause;
  if (counted === null) return 'uncounted';
  if (counted.count > objects) return 'objects';
  return counted.isExact ? null : 'uncounted';
}

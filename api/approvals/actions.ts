import type { Logger } from 'pino';
import type { ApprovalQueries } from '../../db/approvals/approvalQueries.ts';
import type { ScheduleStore } from '../../db/schedules/scheduleStore.ts';
import type { TaskStore } from '../../db/tasks/taskStore.ts';
import type { Decision } from '../../domain/approvals/approval.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Admission } from '../../temporal/admission.ts';
import { demand } from '../http/middleware/allow.ts';
import type { Caller } from '../http/requestContext.ts';
import { createTellEngine } from '../tasks/tellEngine.ts';

/** What an administrator says of an order. */
export interface DecisionBody {
  readonly action: Decision;
  readonly reason: string;
}

export interface ApprovalActionsDeps {
  readonly tasks: Pick<TaskStore, 'decide'>;
  readonly schedules: Pick<ScheduleStore, 'decide'>;
  readonly approvalQueries: Pick<ApprovalQueries, 'newest' | 'now'>;
  /** Starts the tasks whose turn it is. */
  readonly startNext: Admission['startNext'];
  readonly log: Logger;
}

export type ApprovalActions = ReturnType<typeof createApprovalActions>;

/** What a second administrator does: the row first, then the engine is told. */
export function createApprovalActions(deps: ApprovalActionsDeps) {
  const tell = createTellEngine(deps.log);

  /** How many objects are approved: those that were shown, as long as no more are selected. @throws DomainError removalGrew */
  const approvedCount = async (taskId: number, seen: number | undefined): Promise<number | null> => {
    const [order, now] = await Promise.all([
      deps.approvalQueries.newest({ taskId }),
      deps.approvalQueries.now({ taskId }),
    ]);
    const shown = seen ?? (order?.is_exact === true ? order.count : null);
    if (now?.isExact !== true) return shown;
    if (shown === null) return now.count;
    if (now.count <= shown) return shown;
    throw new DomainError(
      'removalGrew',
      `${now.count} objects are selected by now, not ${shown}; look at them, then approve count: ${now.count}`,
    );
  };

  return {
    /**
     * `count`: of the objects that the approver has seen; absent: those of the order.
     * @throws DomainError notPermitted | removalGrew, and as decideTask of db/approvals
     */
    decideTask: async (
      taskId: number,
      { action, reason, count: seen }: DecisionBody & { readonly count?: number },
      actor: Caller,
    ): Promise<void> => {
      demand(actor, 'remove');
      const count = action === 'approve' ? await approvedCount(taskId, seen) : null;
      const ref = await deps.tasks.decide(taskId, { decision: action, reason, count }, actor);
      if (action === 'approve') await tell(deps.startNext, { ...ref }, actor);
    },

    /** @throws DomainError notPermitted, and as decideSchedule of db/approvals */
    decideSchedule: async (
      scheduleId: number,
      { action, reason }: DecisionBody,
      actor: Caller,
      seen?: readonly number[],
    ): Promise<void> => {
      demand(actor, 'remove');
      await deps.schedules.decide(scheduleId, { decision: action, reason }, actor, seen);
    },
  };
}

import { taskTypes } from '../../domain/tasks/task.ts';
import { freezeGcContent, type GcRequest } from '../../domain/gc/gcContent.ts';
import { toWork } from '../engine/engineTask.ts';
import { lookAtRemoval, type LookLimits, type RemovalLook } from '../selection/preview/removalLook.ts';
import type { Database } from '../sql/connection.ts';
import { timeOf } from '../sql/databaseClock.ts';
import type { ApprovalView } from '../../domain/approvals/approval.ts';
import { approvalColumn, idsOf, type ApprovalObject } from './approvalRows.ts';

/** The same as it is kept: JSON has no dates. */
export type KeptLook = Omit<RemovalLook, 'oldest' | 'newest' | 'sample'> & {
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly sample: readonly object[];
};

export interface WaitingOrder extends ApprovalView {
  readonly task_id: number | null;
  readonly schedule_id: number | null;
  readonly description: string | null;
}

export type ApprovalQueries = ReturnType<typeof createApprovalQueries>;

// Who approves waits for it once, and what is counted is what may be removed.
const limits: LookLimits = { exactUpTo: 100_000, countMs: 500, countAllMs: 5_000 };
// A page comes within two seconds.
const ofPage: LookLimits = { exactUpTo: 100_000, countMs: 400, countAllMs: 600 };

/** What waits for an approval, and what each of it would remove. */
export function createApprovalQueries(db: Database) {
  const look = (of: ApprovalObject, within: LookLimits): Promise<RemovalLook | null> =>
    db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only');
      if ('taskId' in of) {
        const [task] = await tx.query<{ type: number; content: unknown; bound: string }>(
          'select task_type "type", content, upper_bound::text bound from tasks where task_id = $1',
          [of.taskId],
        );
        return task === undefined
          ? null
          : lookAtRemoval(tx, toWork(task.type, task.content), task.bound, within);
      }
      const [schedule] = await tx.query<{ type: number; content: GcRequest }>(
        'select task_type "type", content from schedules where schedule_id = $1 and not removed',
        [of.scheduleId],
      );
      if (schedule?.type !== taskTypes.gc) return null;
      const content = freezeGcContent(schedule.content, await timeOf(tx));
      return lookAtRemoval(tx, { kind: 'gc', content }, null, within);
    });

  return {
    /** The newest order; null: none has ever been needed. */
    newest: async (of: ApprovalObject): Promise<ApprovalView | null> => {
      const { column, id } = idsOf(of);
      const [row] = await db.query<{ approval: ApprovalView | null }>(
        `select ${approvalColumn(`a.${column} = $1`)}`,
        [id],
      );
      return row?.approval ?? null;
    },

    /** What a waiting order would have removed when it was given; null: nothing waits. */
    ordered: async (of: ApprovalObject): Promise<KeptLook | null> => {
      const { column, id } = idsOf(of);
      const [row] = await db.query<{ preview: KeptLook }>(
        `select preview from approvals where ${column} = $1 and state = 'waiting'`,
        [id],
      );
      return row?.preview ?? null;
    },

    /** What it would remove now, as it is approved; null: it is gone. */
    now: (of: ApprovalObject): Promise<RemovalLook | null> => look(of, limits),

    /** The same, for a page: larger ones are estimated. */
    seen: (of: ApprovalObject): Promise<RemovalLook | null> => look(of, ofPage),

    /** The oldest first. */
    waiting: (limit: number): Promise<WaitingOrder[]> =>
      db.query<WaitingOrder>(
        `select a.task_id, a.schedule_id, coalesce(t.description, s.description) description, a.state, a.cause,
           (a.preview ->> 'count')::bigint count, (a.preview ->> 'isExact')::boolean is_exact, a.ordered_by,
           a.ordered_by_login, a.order_time::text, a.expire_time::text, null decided_by_login, null decide_time, null reason
         from approvals a left join tasks t using (task_id) left join schedules s on s.schedule_id = a.schedule_id
         where a.state = 'waiting' order by a.approval_id limit $1`,
        [limit],
      ),
  };
}

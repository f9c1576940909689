import { DomainError } from '../../domain/errors.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';

export interface AcknowledgementRow {
  readonly taskId: number;
  /** What is wrong with the task, as views/pages/home/attention.ts names it. */
  readonly item: string;
  readonly note: string;
  readonly login: string;
  readonly ackTime: Date;
}

type Item = Pick<AcknowledgementRow, 'taskId' | 'item'>;

// What still needs attention after that needs it anew.
const keptFor = "interval '90 days'";

/** What admins have seen of these tasks. */
export function listAcknowledgements(db: Sql, taskIds: readonly number[]): Promise<AcknowledgementRow[]> {
  return db.query<AcknowledgementRow>(
    `select task_id "taskId", item, note, login, ack_time "ackTime" from acknowledgements
     where task_id = any($1::bigint[]) and ack_time > now() - ${keptFor}`,
    [taskIds],
  );
}

export function createAcknowledgements(db: Database) {
  return {
    /** For all admins, until something else is wrong with the task. @throws DomainError taskNotFound */
    acknowledge: ({ taskId, item }: Item, note: string, actor: Actor): Promise<void> =>
      db.transaction(async (tx) => {
        const known = await tx.query('select from tasks where task_id = $1', [taskId]);
        if (known.length === 0) throw new DomainError('taskNotFound', `task ${taskId}`);
        await tx.query(`delete from acknowledgements where ack_time <= now() - ${keptFor}`);
        const added = await tx.query(
          `insert into acknowledgements (task_id, item, note, login, account_id) values ($1, $2, $3, $4, $5)
           on conflict do nothing returning task_id`,
          [taskId, item, note, actor.login, actor.accountId],
        );
        if (added.length === 0) return;
        await recordAudit(tx, { ...lineOf('acknowledge', taskId, actor), after: { item, note } });
      }),

    unacknowledge: ({ taskId, item }: Item, actor: Actor): Promise<void> =>
      db.transaction(async (tx) => {
        const [gone] = await tx.query<{ note: string }>(
          'delete from acknowledgements where task_id = $1 and item = $2 returning note',
          [taskId, item],
        );
        if (gone === undefined) return;
        await recordAudit(tx, {
          ...lineOf('unacknowledge', taskId, actor),
          before: { item, note: gone.note },
        });
      }),
  };
}

function lineOf(action: 'acknowledge' | 'unacknowledge', taskId: number, actor: Actor) {
  return { actor, action: `task.${action}`, objectType: 'task', objectId: taskId } as const;
}

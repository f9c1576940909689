import type { TaskRef, TaskStart } from '../../domain/tasks/parts.ts';
import type { DesiredState, TaskState } from '../../domain/tasks/task.ts';
import { advisoryLocks } from '../sql/advisoryLocks.ts';
import type { Database } from '../sql/connection.ts';
import { isToSum } from './partSums.ts';
import { isAtWork } from './turns.ts';
import { isOpenTask } from './turns.ts';

export interface OpenTask extends TaskStart {
  readonly state: TaskState;
  readonly desiredState: DesiredState;
  /** Since its row changed last. */
  readonly idleSeconds: number;
}

export interface EngineFigures {
  readonly tasks: readonly { readonly type: number; readonly status: number; readonly count: number }[];
  /** Since a part that is under way committed a batch last, or a task could not be planned; the oldest. */
  readonly checkpointAgeSeconds: number;
  /** Attempts of a part that failed one after the other; the most. */
  readonly failedAttempts: number;
  readonly outboxAgeSeconds: number;
  readonly approvalsWaiting: number;
  readonly approvalAgeSeconds: number;
}

export type OpenTasks = ReturnType<typeof createOpenTasks>;

/** What the reconciler reads and mends. */
export function createOpenTasks(db: Database) {
  return {
    /**
     * Runs `work` if no other process does at this moment. The lock lives in a transaction of its own connection, so
     * it is gone with the process or the connection.
     */
    asLeader: (work: () => Promise<void>): Promise<boolean> =>
      db.transaction(async (tx) => {
        const [lock] = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [
          advisoryLocks.reconciler,
        ]);
        if (lock?.got !== true) return false;
        await work();
        return true;
      }),

    /**
     * Tasks that are at work, by id: all, or those of which something is to be expected by now, such as a start or an
     * order that was not taken up. They are as many as there are places: what waits for its turn is not among them, and
     * of a paused task nobody expects anything.
     */
    list: (which: 'overdue' | 'all', afterTaskId: number, limit: number): Promise<OpenTask[]> =>
      db.query<OpenTask>(
        `select task_id as "taskId", generation, request_id as "requestId", priority, state,
           desired_state as "desiredState",
           extract(epoch from now() - last_update_time)::float8 as "idleSeconds"
         from tasks where ${isAtWork} and task_id > $1
           and ($3 or (last_update_time < now() - interval '2 seconds'
             and (state in ('pending', 'paused', 'pausing', 'cancelling') or desired_state <> 'run')))
         order by task_id limit $2`,
        [afterTaskId, limit, which === 'all'],
      ),

    /** The next generation of a task whose workflow is gone; null when somebody else was quicker. */
    raiseGeneration: async ({ taskId, generation }: TaskRef): Promise<TaskRef | null> => {
      const [row] = await db.query<{ generation: number }>(
        `update tasks set generation = generation + 1, last_update_time = now(), lock_version = lock_version + 1
         where task_id = $1 and generation = $2 and ${isOpenTask()}
         returning generation`,
        [taskId, generation],
      );
      return row === undefined ? null : { taskId, generation: row.generation };
    },

    figures: async (): Promise<EngineFigures> => {
      const tasks = await db.query<EngineFigures['tasks'][number]>(
        `select task_type as type, task_status as status, sum(items)::bigint as count from task_blocks
         group by task_type, task_status having sum(items) > 0`,
      );
      const [ages] = await db.query<Omit<EngineFigures, 'tasks'>>(
        `select
           greatest(0, extract(epoch from now() - least(parts.oldest, (select min(stuck_since) from tasks
             where state in ('planning', 'running') and desired_state = 'run'))))::float8 as "checkpointAgeSeconds",
           coalesce(parts.failed_attempts, 0) as "failedAttempts",
           coalesce(greatest(
             (select extract(epoch from now() - min(next_attempt_time)) from notifications where state = 'pending'),
             (select extract(epoch from now() - min(last_update_time)) from tasks
              where state = 'pending' and admitted), 0), 0)::float8 as "outboxAgeSeconds"
         from (
           select min(s.checkpoint_time) oldest, max(s.failed_attempts) failed_attempts
           from subtasks s join tasks t using (task_id)
           where ${isToSum} and s.state in ('pending', 'running')
             and t.state in ('planning', 'running') and t.desired_state = 'run'
         ) parts`,
      );
      const [approvals] = await db.query<Pick<EngineFigures, 'approvalsWaiting' | 'approvalAgeSeconds'>>(
        `select count(*) "approvalsWaiting",
           coalesce(extract(epoch from now() - min(order_time)), 0)::float8 "approvalAgeSeconds"
         from approvals where state = 'waiting'`,
      );
      return {
        tasks,
        approvalsWaiting: approvals?.approvalsWaiting ?? 0,
        approvalAgeSeconds: approvals?.approvalAgeSeconds ?? 0,
        checkpointAgeSeconds: ages?.checkpointAgeSeconds ?? 0,
        failedAttempts: ages?.failedAttempts ?? 0,
        outboxAgeSeconds: ages?.outboxAgeSeconds ?? 0,
      };
    },
  };
}

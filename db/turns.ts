import type { TaskStart } from '../domain/tasks/parts.ts';
import type { Sql } from './connection.ts';

// Both are conditions of an index (migration 0028).
/** It waits for its turn: nothing of it is in Temporal. */
export const waits = `state = 'pending' and not admitted`;
/** It takes a place: it is about to start, at work, or to be ended. A paused one takes none. */
export const isAtWork = `(state in ('planning', 'running', 'pausing', 'cancelling', 'collecting')
  or (admitted and (state = 'pending' or (state = 'paused' and desired_state = 'run'))))`;

/** How many tasks there are before a waiting one. */
export const placesInQueue = `(select task_id as waiting_id, row_number() over (order by priority, task_id) - 1 as before
  from tasks where ${waits})`;

export const standardTasksAtOnce = 200;

export type Turns = ReturnType<typeof createTurns>;

/**
 * Whose turn it is. A pending task's row is the queue: by priority, then by age. A task is admitted when fewer than
 * `tasksAtOnce` of its priority or a more urgent one are at work, so that long ones never keep an urgent one waiting.
 */
export function createTurns(db: Sql, tasksAtOnce = standardTasksAtOnce) {
  return {
    /**
     * Admits the next ones, at most `limit`: who gets them back has to start them. Two processes at the same moment may
     * admit some more than there are places, and never the same ones.
     */
    admit: (limit: number): Promise<TaskStart[]> =>
      db.query<TaskStart>(
        `with next as (
           select task_id, priority, row_number() over (order by priority, task_id) as place from (
             select task_id, priority from tasks where ${waits} order by priority, task_id limit $1
             for no key update skip locked) first
         ), taken as (
           select p.priority, count(w.task_id) as tasks
           from (select distinct priority from next) p
           left join (select task_id, priority from tasks where ${isAtWork}) w on w.priority <= p.priority
           group by 1
         )
         update tasks t set admitted = true, last_update_time = now(), lock_version = lock_version + 1
         from next join taken using (priority)
         where t.task_id = next.task_id and taken.tasks + next.place <= $2
         returning t.task_id as "taskId", t.generation, t.request_id as "requestId", t.priority`,
        [limit, tasksAtOnce],
      ),

    /** Whether somebody waits although there is a place. */
    isHeldUp: async (): Promise<boolean> => {
      const [row] = await db.query<{ heldUp: boolean }>(
        `select (select count(*) from tasks where ${isAtWork} and priority <= first.priority) < $1 as "heldUp"
         from (select priority from tasks where ${waits} order by priority, task_id limit 1) first`,
        [tasksAtOnce],
      );
      return row?.heldUp ?? false;
    },
  };
}

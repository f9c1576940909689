import type { TaskStart } from '../../domain/tasks/parts.ts';
import { switchedRow } from '../maintenance/switchedRow.ts';
import type { Sql } from '../sql/connection.ts';

/** It has not ended; `task`: its alias, or the table itself. Indexes have the same condition. */
export const isOpenTask = (task = 'tasks'): string => `${task}.state not in ('cancelled', 'failed', 'done')`;

// Both are conditions of an index (migration 0028).
/** It waits for its turn: nothing of it is in Temporal. */
const waits = `state = 'pending' and not admitted`;
/** It takes a place: it is about to start, at work, or to be ended. A paused one takes none. */
export const isAtWork = `(state in ('planning', 'running', 'pausing', 'cancelling', 'collecting')
  or (admitted and (state = 'pending' or (state = 'paused' and desired_state = 'run'))))`;

/** How many tasks there are before a waiting one. */
export const placesInQueue = `(select task_id as waiting_id, row_number() over (order by priority, task_id) - 1 as before
  from tasks where ${waits})`;

export interface TurnsOptions {
  /** Of one priority or a more urgent one that are at work. */
  readonly tasksAtOnce?: number;
  /** Of those, how many may have been admitted and not taken up yet. */
  readonly startsAtOnce?: number;
}

// Each start is some steps before the task is taken up, of some fifteen of a small task: so about twenty steps are under
// way, which keeps one worker busy, and an urgent task passes these alone. With 200 starts its steps took three times as long.
const standardStartsAtOnce = 5;

export type Turns = ReturnType<typeof createTurns>;

/**
 * Whose turn it is. A pending task's row is the queue: by priority, then by age. A task is admitted when fewer than
 * `tasksAtOnce` of its priority or a more urgent one are at work, so that long ones never keep an urgent one waiting, and
 * few of them are still to be taken up: many small ones are started as fast as they are dealt with.
 */
export function createTurns(db: Sql, options: TurnsOptions = {}) {
  const { tasksAtOnce = 200, startsAtOnce = standardStartsAtOnce } = options;
  return {
    /**
     * Admits the next ones, at most `limit`: who gets them back has to start them. In a maintenance these are the ones that
     * were resumed by hand. Two processes at the same moment may
     * admit some more than there are places, and never the same ones.
     */
    admit: (limit: number): Promise<TaskStart[]> =>
      db.query<TaskStart>(
        `with ${switchedRow}, first as (
           select task_id, priority from tasks where ${waits} and not exists (select from switched where active)
           order by priority, task_id limit $1 for no key update skip locked
         ), released as (
           select task_id, priority from tasks
           where ${waits} and released_from = (select number from switched where active)
           order by priority, task_id limit $1 for no key update skip locked
         ), next as (
           select task_id, priority, row_number() over (order by priority, task_id) as place
           from (select * from first union all select * from released) both_kinds
         ), taken as (
           select p.priority, count(w.state) as tasks, count(w.state) filter (where w.state = 'pending') as starts
           from (select distinct priority from next) p
           left join (select state, priority from tasks where ${isAtWork}) w on w.priority <= p.priority
           group by 1
         )
         update tasks t set admitted = true, last_update_time = now(), lock_version = lock_version + 1
         from next join taken using (priority)
         where t.task_id = next.task_id and taken.tasks + next.place <= $2 and taken.starts + next.place <= $3
         returning t.task_id as "taskId", t.generation, t.request_id as "requestId", t.priority`,
        [limit, tasksAtOnce, startsAtOnce],
      ),

    /** Whether somebody waits although there is a place, and no maintenance. */
    isHeldUp: async (): Promise<boolean> => {
      const [row] = await db.query<{ heldUp: boolean }>(
        `select (
           select count(*) < $1 and count(*) filter (where state = 'pending') < $2
           from tasks where ${isAtWork} and priority <= first.priority) as "heldUp"
         from (select priority from tasks where ${waits} and not exists (select from maintenance where active)
           order by priority, task_id limit 1) first`,
        [tasksAtOnce, startsAtOnce],
      );
      return row?.heldUp ?? false;
    },
  };
}

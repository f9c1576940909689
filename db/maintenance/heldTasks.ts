import type { TaskRef } from '../../domain/tasks/parts.ts';
import { asks } from '../engine/askedAction.ts';
import type { Sql } from '../sql/connection.ts';
import { isAtWork, isOpenTask } from '../engine/turns.ts';
import { switchedRow } from './switchedRow.ts';

const atOnce = 500;
const isOpen = isOpenTask('t');

/** Told with each task that it pauses or resumes; who has switched it stands in the line of the switch. */
const login = 'maintenance';

/** For `tasks t`: whether the maintenance keeps it from going on, by pausing it or by not letting it begin. */
export const heldColumn = `(t.held_by_maintenance and ${isOpen}
  or t.state = 'pending' and not t.admitted and exists (
    select from maintenance m where m.active and m.number is distinct from t.released_from))`;

export type HeldTasks = ReturnType<typeof createHeldTasks>;

/**
 * Makes tasks follow the switch, some at a time and each in one statement that looks at the switch itself: whatever is
 * killed in between, the next call goes on, and of two processes neither undoes what the other does.
 */
export function createHeldTasks(db: Sql) {
  const record = (
    action: 'pause' | 'resume',
  ) => `insert into audit (login, action, object_type, object_id, before, after)
    select '${login}', 'task.${action}', 'task', c.task_id, jsonb_build_object('state', f.state),
      jsonb_build_object('state', c.state) from changed c join found f using (task_id)`;

  /** Tasks that are at work and are to run; a row that somebody holds is taken by the next call. */
  const hold = (): Promise<TaskRef[]> =>
    db.query(
      `with ${switchedRow}, found as (
         select t.task_id, t.state from tasks t
         where exists (select from switched where active) and ${isAtWork} and desired_state = 'run'
           and released_from is distinct from (select number from switched)
         order by task_id limit ${atOnce} for no key update skip locked
       ), changed as (
         update tasks t set desired_state = 'pause', held_by_maintenance = true, last_update_time = now(),
           lock_version = lock_version + 1, ${asks("'pause'")},
           state = case when t.state = 'pending' then 'paused' when t.state in ('planning', 'running') then 'pausing'
             else t.state end
         from found where t.task_id = found.task_id returning t.task_id, t.generation, t.state
       ), recorded as (${record('pause')})
       select task_id "taskId", generation from changed order by 1`,
    );

  /** Those that were held. Where one stands changes when its workflow takes notice. */
  const release = (): Promise<TaskRef[]> =>
    db.query(
      `with ${switchedRow}, found as (
         select t.task_id, t.state from tasks t
         where held_by_maintenance and not exists (select from switched where active) and ${isOpen}
         order by task_id limit ${atOnce} for no key update skip locked
       ), changed as (
         update tasks t set held_by_maintenance = false, last_update_time = now(),
           desired_state = case t.desired_state when 'pause' then 'run' else t.desired_state end,
           lock_version = lock_version + 1, ${asks("'resume'")}
         from found where t.task_id = found.task_id returning t.task_id, t.generation, t.state
       ), recorded as (${record('resume')})
       select task_id "taskId", generation from changed order by 1`,
    );

  return {
    /** Makes all follow. @returns the tasks whose workflows have something to take notice of */
    follow: async (): Promise<TaskRef[]> => {
      const [now] = await db.query<{ active: boolean; anyHeld: boolean }>(
        `select exists (select from maintenance where active) active,
           exists (select from tasks t where held_by_maintenance and ${isOpen}) "anyHeld"`,
      );
      if (now?.active !== true && now?.anyHeld !== true) return [];
      const changed: TaskRef[] = [];
      for (;;) {
        const some = await (now.active ? hold() : release());
        changed.push(...some);
        if (some.length < atOnce) return changed;
      }
    },
  };
}

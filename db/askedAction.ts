import type { ControlAction } from '../domain/tasks/lifecycle.ts';
import type { Sql } from './connection.ts';

export type AskedAction = ControlAction | 'retry';

/** An admin's order that the task has carried out, and how long after it was given. */
export interface TakenAction {
  readonly action: AskedAction;
  readonly seconds: number;
}

/** Notes, in the transaction that gives the order, what the task has to carry out. */
export async function askAction(tx: Sql, taskId: number, action: AskedAction): Promise<void> {
  await tx.query('update tasks set asked_action = $2, asked_time = clock_timestamp() where task_id = $1', [
    taskId,
    action,
  ]);
}

/**
 * Crosses out what was asked, in the transaction that carries it out; null when it was something else, or nothing. An
 * activity that is delivered twice takes it once.
 */
export async function takeAction(
  tx: Sql,
  taskId: number,
  actions: readonly AskedAction[],
): Promise<TakenAction | null> {
  const [taken] = await tx.query<TakenAction>(
    `with asked as (
       select task_id, asked_action, extract(epoch from clock_timestamp() - asked_time)::float8 as seconds from tasks
       where task_id = $1 and asked_action = any($2::text[]) for no key update
     )
     update tasks t set asked_action = null, asked_time = null from asked where t.task_id = asked.task_id
     returning asked.asked_action as action, asked.seconds`,
    [taskId, actions],
  );
  return taken ?? null;
}

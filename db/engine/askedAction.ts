import type { ControlAction } from '../../domain/tasks/lifecycle.ts';
import type { Sql } from '../sql/connection.ts';

export type AskedAction = ControlAction | 'retry';

/** An admin's order that the task has carried out, and how long after it was given. */
export interface TakenAction {
  readonly action: AskedAction;
  readonly seconds: number;
}

/** For the update of a task's row that gives an order: notes the action `bind`, or null, for the task to carry out. */
export function asks(bind: string): string {
  return `asked_action = ${bind}::text, asked_time = case when ${bind}::text is not null then clock_timestamp() end`;
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

import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import type { EngineTask, TaskWork } from '../../domain/tasks/engineTask.ts';
import { taskTypes, type DesiredState, type TaskState } from '../../domain/tasks/task.ts';
import type { Sql } from '../sql/connection.ts';

interface Row {
  task_id: number;
  task_type: number;
  state: TaskState;
  desired_state: DesiredState;
  generation: number;
  content: unknown;
  upper_bound: string;
  plan_cursor: string | null;
  plan_done: boolean;
  rest_state: 'cancelled' | 'failed' | null;
  window_size: number | null;
  priority: number;
  error_budget: number | null;
  objects_limit: number | null;
  default_version_removed: boolean;
}

/**
 * The task in this generation; null when it is gone, lives on in another one, or waits for an approval. `lock` keeps its row until the end
 * of the transaction, without keeping batches from inserting rows that refer to it.
 */
export async function findEngineTask(
  db: Sql,
  ref: TaskRef,
  lock: 'for no key update' | '' = '',
): Promise<EngineTask | null> {
  // The bound keeps its microseconds as text: a Date would cut them off and lose the objects of the last millisecond.
  const [row] = await db.query<Row>(
    `select task_id, task_type, state, desired_state, generation, content, upper_bound::text, plan_cursor, plan_done,
       rest_state, window_size, priority, error_budget, objects_limit, default_version_removed
     from tasks where task_id = $1 and generation = $2 and state <> 'awaiting_approval' ${lock}`,
    [ref.taskId, ref.generation],
  );
  return row === undefined ? null : toEngineTask(row);
}

function toEngineTask(row: Row): EngineTask {
  return {
    taskId: row.task_id,
    taskType: row.task_type,
    state: row.state,
    desiredState: row.desired_state,
    generation: row.generation,
    upperBound: row.upper_bound,
    planCursor: row.plan_cursor,
    planDone: row.plan_done,
    restState: row.rest_state,
    windowSize: row.window_size,
    priority: row.priority,
    errorBudget: row.error_budget,
    objectsLimit: row.objects_limit,
    isDefaultRemoved: row.default_version_removed,
    ...toWork(row.task_type, row.content),
  };
}

export function toWork(taskType: number, content: unknown): TaskWork {
  // Only freezeGcContent and freezeExtractContent make what is stored here.
  return taskType === taskTypes.gc
    ? { kind: 'gc', content: content as GcContent }
    : { kind: 'extract', content: content as ExtractContent };
}

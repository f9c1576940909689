import type { EngineTask } from '../domain/tasks/engineTask.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import { isFinal } from '../domain/tasks/task.ts';
import { createBinds } from './binds.ts';
import type { Database, Sql } from './connection.ts';
import { findEngineTask } from './engineTask.ts';
import { extractSelection, gcSelection } from './selection.ts';
import { planWhole } from './wholePartition.ts';

export interface PlanOptions {
  readonly partSizes: Readonly<Record<'gc' | 'extract', number>>;
  /** Parts that one step plans at most: bounds the length of its transaction. */
  readonly partsPerStep: number;
}

export interface PlanStep {
  /** Numbers of the next parts that are not done, ascending. */
  readonly parts: number[];
  /** Whether no part follows the last of `parts`. */
  readonly planned: boolean;
}

export type PartPlan = ReturnType<typeof createPartPlan>;

/**
 * Cuts what a task selects into parts: key ranges of equally many objects, found by walking the key's index from
 * where the last step stopped, one transaction a step.
 */
export function createPartPlan(db: Database, options: PlanOptions) {
  return {
    /** The open parts after number `after`, cutting new ones when too few are left. Harmless when repeated. */
    next: (ref: TaskRef, after: number): Promise<PlanStep> =>
      db.transaction(async (tx) => {
        const task = await findEngineTask(tx, ref, 'for no key update');
        if (task === null || isFinal(task.state)) return { parts: [], planned: true };
        const known = await openParts(tx, task.taskId, after, options.partsPerStep);
        if (known.length >= options.partsPerStep || task.planDone) {
          return { parts: known, planned: task.planDone && known.length < options.partsPerStep };
        }
        if (!(await planWhole(tx, task))) await cutParts(tx, task, options);
        const parts = await openParts(tx, task.taskId, after, 2 * options.partsPerStep);
        const now = await findEngineTask(tx, ref);
        return { parts, planned: now?.planDone ?? true };
      }),
  };
}

async function openParts(tx: Sql, taskId: number, after: number, limit: number): Promise<number[]> {
  const rows = await tx.query<{ part_no: number }>(
    `select part_no from subtasks where task_id = $1 and part_no > $2 and state in ('pending', 'running')
     order by part_no limit $3`,
    [taskId, after, limit],
  );
  return rows.map(({ part_no }) => part_no);
}

async function cutParts(tx: Sql, task: EngineTask, options: PlanOptions): Promise<void> {
  const binds = createBinds();
  const size = options.partSizes[task.kind];
  const limit = size * options.partsPerStep;
  const { from, key, conditions } =
    task.kind === 'gc'
      ? gcSelection(task.content, task.upperBound, binds)
      : extractSelection(task.content, task.upperBound, binds);
  const after = task.planCursor === null ? [] : [`${key} > ${binds.add(task.planCursor)}::uuid`];
  const taskId = binds.add(task.taskId);
  const cursor = binds.add(task.planCursor);
  const [step] = await tx.query<{ to_key: string | null; objects: number }>(
    `with walked as (
       select ${key} as key from ${from} where ${[...conditions, ...after].join(' and ')} order by ${key} limit ${limit}
     ), numbered as (
       select key, row_number() over (order by key) as row_no, count(*) over () as objects from walked
     ), bounds as (
       select key, row_no, objects from numbered where row_no % ${size} = 0 or row_no = objects
     ), cut as (
       insert into subtasks (task_id, part_no, from_key, to_key, expected)
       select ${taskId}::bigint,
         coalesce((select max(part_no) from subtasks where task_id = ${taskId}::bigint), 0)
           + row_number() over (order by key),
         lag(key, 1, ${cursor}::uuid) over (order by key), key,
         row_no - lag(row_no, 1, 0::bigint) over (order by key)
       from bounds
     )
     select (select key from bounds order by key desc limit 1) as to_key,
       coalesce((select max(objects) from bounds), 0) as objects`,
    binds.values,
  );
  await tx.query(
    `update tasks set plan_cursor = coalesce($2::uuid, plan_cursor), plan_done = $3,
       objects_expected = objects_expected + $4,
       parts_all = (select count(*) from subtasks where task_id = $1),
       state = case when state = 'planning' and $3 then 'running' else state end,
       last_update_time = now(), lock_version = lock_version + 1
     where task_id = $1`,
    [task.taskId, step?.to_key ?? null, (step?.objects ?? 0) < limit, step?.objects ?? 0],
  );
}

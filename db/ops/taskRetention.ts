import { keepKey } from '../tasks/createTask.ts';
import { recordAudit, serviceActor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';

/** What a batch has removed, and whether there may be more. */
export interface SweptBatch {
  readonly removed: number;
  readonly more: boolean;
}

const actor = serviceActor('retention');
const tasksAtOnce = 20;
const isEnded = "state in ('cancelled', 'failed', 'done')";
const isOld = (bind: string) => `end_time < now() - make_interval(days => ${bind})`;

// A chunk has up to 20,000 ids of 16 bytes.
const chunksAtOnce = 200;
const rowsAtOnce = 5_000;

/** Removes the ids that old results consist of; the tasks, their books and their errors stay. */
export async function sweepResults(db: Database, days: number): Promise<SweptBatch> {
  return db.transaction(async (tx) => {
    const tasks = await idsOf(
      tx,
      `select task_id as id from tasks where ${isEnded} and ${isOld('$1')} and result_id is not null
         and result_removed_time is null
       order by end_time limit ${tasksAtOnce} for no key update skip locked`,
      [days],
    );
    if (tasks.length === 0) return { removed: 0, more: false };
    if (await deleteSome(tx, 'task_result_chunks', tasks, chunksAtOnce)) return { removed: 0, more: true };
    await tx.query(
      `update tasks set result_removed_time = now(), lock_version = lock_version + 1 where task_id = any($1)`,
      [tasks],
    );
    return { removed: tasks.length, more: true };
  });
}

// What a task may have many rows of, its parts last: the rest goes with its own row.
const children: readonly (readonly [table: string, atOnce: number])[] = [
  ['task_result_chunks', chunksAtOnce],
  ['planned_keys', 1_000],
  ['task_errors', rowsAtOnce],
  ['task_log', rowsAtOnce],
  ['task_samples', rowsAtOnce],
  ['undo_skips', rowsAtOnce],
  ['subtasks', rowsAtOnce],
];

/**
 * Removes old tasks with all that is theirs. Those whose removed objects can still be put back, whose files are not yet gone
 * or whose upgrade goes on are left. From the first row that goes a task is no longer found by whoever would act on it.
 */
export async function sweepTasks(db: Database, days: number): Promise<SweptBatch> {
  return db.transaction(async (tx) => {
    const tasks = await idsOf(
      tx,
      `select task_id as id from tasks t where ${isEnded} and ${isOld('$1')}
         and not exists (select from undo_windows w where w.task_id = t.task_id and w.ended is null)
         and not exists (select from sample_tombstones s where s.task_id = t.task_id)
         and not exists (select from upgrades u where u.upgrade_id = t.upgrade_id and u.end_time is null)
       order by end_time limit ${tasksAtOnce} for update skip locked`,
      [days],
    );
    if (tasks.length === 0) return { removed: 0, more: false };
    await tx.query('update tasks set is_leaving = true where task_id = any($1) and not is_leaving', [tasks]);
    for (const [table, atOnce] of children)
      if (await deleteSome(tx, table, tasks, atOnce)) return { removed: 0, more: true };
    for (const taskId of tasks) {
      await keepKey(tx, taskId);
      await recordAudit(tx, { actor, action: 'task.remove', objectType: 'task', objectId: taskId });
    }
    await tx.query('delete from tasks where task_id = any($1)', [tasks]);
    return { removed: tasks.length, more: true };
  });
}

async function idsOf(tx: Sql, sql: string, binds: readonly unknown[]): Promise<number[]> {
  return (await tx.query<{ id: number }>(sql, binds)).map(({ id }) => id);
}

/** Whether there may be more rows of these tasks. */
async function deleteSome(
  tx: Sql,
  table: string,
  tasks: readonly number[],
  atOnce: number,
): Promise<boolean> {
  const deleted = await tx.execute(
    `delete from ${table} where ctid = any(array(select ctid from ${table} where task_id = any($1) limit ${atOnce}))`,
    [tasks],
  );
  return deleted === atOnce;
}

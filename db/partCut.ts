import type { EngineTask } from '../domain/tasks/engineTask.ts';
import { createBinds } from './binds.ts';
import type { Sql } from './connection.ts';
import { createWithin, type KeyRange } from './keyRange.ts';
import { orderedKeys } from './orderedKeys.ts';
import { selectionOf, walkedTable } from './selection.ts';
import { fewAtMost } from './selectivity.ts';

export interface StepSizes {
  /** Objects of a part at most. */
  readonly part: number;
  /** Parts of a step at most. */
  readonly parts: number;
  /** Rows that a step passes at most. */
  readonly rows: number;
}

/** What a step has cut. */
export interface Cut {
  /** Where the next step begins; null: where this one did. */
  readonly cursor: string | null;
  readonly objects: number;
  readonly isLast: boolean;
}

/** Statistics may be wrong by a factor; beyond this one the objects are not few. */
const surprise = 4;

/**
 * Cuts the next parts of a task that selects few of many: all that it selects is found by the filter's index, and
 * put in order afterwards. Null: there is more of it than the statistics have promised.
 */
export async function cutFew(tx: Sql, task: EngineTask, sizes: StepSizes): Promise<Cut | null> {
  const binds = createBinds();
  const { from, key, conditions } = selectionOf(task, { after: task.planCursor, upTo: null }, binds);
  const most = surprise * fewAtMost;
  const limit = sizes.part * sizes.parts;
  const walked = `
    few as materialized (
      select ${key} as key from ${from} where ${conditions.join(' and ')} limit ${most + 1}
    ), walked as (
      select key from few where (select count(*) from few) <= ${most} order by key limit ${limit}
    )`;
  const cut = await insertParts(tx, task, { walked, binds, sizes, isSparse: true }, 'few');
  if (cut.found > most) return null;
  return { cursor: cut.lastKey, objects: cut.objects, isLast: cut.objects < limit };
}

/**
 * Cuts the next parts out of a window of the key space of at most `rows` rows. So no part spans more rows than that
 * either, and no statement for it, whatever the filter, reads more.
 */
export async function cutWindow(tx: Sql, task: EngineTask, sizes: StepSizes): Promise<Cut> {
  const limit = sizes.part * sizes.parts;
  const rows = Math.max(sizes.rows, limit);
  const window = await findWindow(tx, task, rows);
  if (window === null) return { cursor: null, objects: 0, isLast: true };
  const binds = createBinds();
  const range: KeyRange = { after: task.planCursor, upTo: window.lastKey };
  const walked = `walked as (${orderedKeys(selectionOf(task, range, binds), limit, { areFew: false })})`;
  const { objects, lastKey } = await insertParts(
    tx,
    task,
    { walked, binds, sizes, isSparse: false },
    'walked',
  );
  if (objects === limit) return { cursor: lastKey, objects, isLast: false };
  return { cursor: window.lastKey, objects, isLast: window.rows < rows };
}

/** The next `rows` rows of the walked table: an index is read, and nothing else. */
async function findWindow(
  tx: Sql,
  task: EngineTask,
  rows: number,
): Promise<{ lastKey: string; rows: number } | null> {
  const binds = createBinds();
  const { table, key, conditions } = walkedTable(task);
  const within = createWithin({ after: task.planCursor, upTo: null }, binds);
  const where = [...conditions, ...within(key)];
  const [window] = await tx.query<{ lastKey: string; rows: number }>(
    `select key as "lastKey", row_no as rows from (
       select key, row_number() over (order by key) as row_no from (
         select ${key} as key from ${table} ${where.length === 0 ? '' : `where ${where.join(' and ')}`}
         order by ${key} limit ${rows}
       ) next
     ) numbered order by row_no desc limit 1`,
    binds.values,
  );
  return window ?? null;
}

interface Walk {
  /** Common table expressions, the last of which is `walked`: keys in order. */
  readonly walked: string;
  readonly binds: ReturnType<typeof createBinds>;
  readonly sizes: StepSizes;
  readonly isSparse: boolean;
}

/** Each full part's last key, and the last of all, become bounds. `counted` is the table whose rows are counted too. */
async function insertParts(
  tx: Sql,
  task: EngineTask,
  { walked, binds, sizes, isSparse }: Walk,
  counted: 'few' | 'walked',
): Promise<{ lastKey: string | null; objects: number; found: number }> {
  const taskId = binds.add(task.taskId);
  const cursor = binds.add(task.planCursor);
  const [step] = await tx.query<{ lastKey: string | null; objects: number; found: number }>(
    `with ${walked}, numbered as (
       select key, row_number() over (order by key) as row_no, count(*) over () as objects from walked
     ), bounds as (
       select key, row_no, objects from numbered where row_no % ${sizes.part} = 0 or row_no = objects
     ), cut as (
       insert into subtasks (task_id, part_no, from_key, to_key, expected, sparse)
       select ${taskId}::bigint,
         coalesce((select max(part_no) from subtasks where task_id = ${taskId}::bigint), 0)
           + row_number() over (order by key),
         lag(key, 1, ${cursor}::uuid) over (order by key), key,
         row_no - lag(row_no, 1, 0::bigint) over (order by key), ${isSparse}
       from bounds
     )
     select (select key from bounds order by key desc limit 1) as "lastKey",
       coalesce((select max(objects) from bounds), 0) as objects, (select count(*) from ${counted}) as found`,
    binds.values,
  );
  return step ?? { lastKey: null, objects: 0, found: 0 };
}

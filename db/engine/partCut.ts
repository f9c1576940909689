import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import { createBinds } from '../sql/conditions.ts';
import type { Sql } from '../sql/connection.ts';
import { createWithin, type KeyRange } from '../selection/keyRange.ts';
import { orderedKeys } from '../selection/orderedKeys.ts';
import { selectionOf, walkedTable } from '../selection/selection.ts';
import { fewAtMost } from '../selection/selectivity.ts';

export interface StepSizes {
  /** Objects of a part at most. */
  readonly part: number;
  /** Parts of a step at most. */
  readonly parts: number;
  /** Rows that a step passes at most. */
  readonly rows: number;
}

/** What a step has cut, before anybody knows of it. */
export interface Cut {
  readonly bounds: readonly Bound[];
  /** Where the next step begins; null: where this one did. */
  readonly cursor: string | null;
  readonly isLast: boolean;
  /** Its parts' ranges hold far more rows than the task selects of them. */
  readonly isSparse: boolean;
  /** Each of its parts is a whole partition. */
  readonly isWhole: boolean;
}

/** Statistics may be wrong by a factor; beyond this one the objects are not few. */
const surprise = 4;

/** A part: the objects after the one before it, up to `toKey`. */
export interface Bound {
  readonly toKey: string | null;
  readonly objects: number;
  /** Of an extract: the text of the array of their keys; null: of a gc, which looks again when it removes. */
  readonly keys: string | null;
}

/**
 * Cuts the next parts of a task that selects few of many: all that it selects is found by the filter's index, and
 * put in order afterwards. Null: there is more of it than the statistics have promised.
 */
export async function cutFew(tx: Sql, task: EngineTask, sizes: StepSizes): Promise<Cut | null> {
  const binds = createBinds();
  const { from, key, conditions } = selectionOf(task, { after: task.planCursor, upTo: null }, binds);
  const most = surprise * fewAtMost;
  const limit = sizes.part * sizes.parts;
  const bounds = await tx.query<Bound & { found: number }>(
    `with few as materialized (
       select ${key} as key from ${from} where ${conditions.join(' and ')} limit ${most + 1}
     )
     select ${boundColumns(task, 'order by key')}, (select count(*) from few) as found
     from (
       select key, (row_number() over (order by key) - 1) / ${sizes.part} as part_no
       from (select key from few order by key limit ${limit}) first
     ) numbered group by part_no order by part_no`,
    binds.values,
  );
  if ((bounds[0]?.found ?? 0) > most) return null;
  return {
    bounds,
    cursor: bounds.at(-1)?.toKey ?? null,
    isLast: bounds.reduce((sum, { objects }) => sum + objects, 0) < limit,
    ...{ isSparse: true, isWhole: false },
  };
}

/**
 * Cuts the next parts out of a window of the key space of at most `rows` rows. So no part spans more rows than that
 * either, and no statement for it, whatever the filter, reads more. A statement a part: numbering the rows of all parts
 * in one statement takes three times the processor time. The window ends with the key `upTo` at the latest.
 */
export async function cutWindow(
  tx: Sql,
  task: EngineTask,
  sizes: StepSizes,
  upTo: string | null,
): Promise<Cut> {
  const range = { after: task.planCursor, upTo };
  const windowEnd =
    (await findWindowEnd(tx, task, range, Math.max(sizes.rows, sizes.part * sizes.parts))) ?? upTo;
  const bounds: Bound[] = [];
  let last: Bound = { toKey: task.planCursor, objects: sizes.part, keys: null };
  while (last.objects === sizes.part && bounds.length < sizes.parts) {
    last = await findBound(tx, task, { after: last.toKey, upTo: windowEnd }, sizes.part);
    if (last.objects > 0) bounds.push(last);
  }
  const isFull = last.objects === sizes.part;
  return {
    bounds,
    cursor: isFull ? last.toKey : windowEnd,
    isLast: !isFull && windowEnd === null,
    ...{ isSparse: false, isWhole: false },
  };
}

/** How many objects of the range, at most `most`, make the next part, and the last one's key; null: none. */
async function findBound(tx: Sql, task: EngineTask, range: KeyRange, most: number): Promise<Bound> {
  const binds = createBinds();
  const walked = orderedKeys(selectionOf(task, range, binds), most, { areFew: false });
  const [bound] = await tx.query<Bound>(`select ${boundColumns(task)} from (${walked}) walked`, binds.values);
  return bound ?? { toKey: null, objects: 0, keys: null };
}

/** `order` is needed where the keys of several parts come together: grouping may mix them. */
function boundColumns({ kind }: EngineTask, order: '' | 'order by key' = ''): string {
  const all = `array_agg(key ${order})`;
  return `(${all})[count(*)] as "toKey", count(*) as objects, ${kind === 'extract' ? `${all}::text` : 'null'} as keys`;
}

/** The key of the row that lies so many rows ahead; null: there are fewer. An index is read, and nothing else. */
async function findWindowEnd(
  tx: Sql,
  task: EngineTask,
  range: KeyRange,
  rows: number,
): Promise<string | null> {
  const binds = createBinds();
  const { table, key, conditions } = walkedTable(task);
  const where = [...conditions, ...createWithin(range, binds)(key)];
  const [end] = await tx.query<{ key: string }>(
    `select ${key} as key from ${table} ${where.length === 0 ? '' : `where ${where.join(' and ')}`}
     order by ${key} limit 1 offset ${rows - 1}`,
    binds.values,
  );
  return end?.key ?? null;
}

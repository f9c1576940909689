import { createConditions, type Conditions } from './conditions.ts';
import type { Reader } from './connection.ts';
import { offsetOf, type Paging } from './paging.ts';

/** A list whose ids are counted by blocks: its table, its key, and the table of counts. */
export interface BlockList {
  readonly table: string;
  readonly key: string;
  readonly blocks: string;
}

// As in the triggers that count (migration 0005).
const blockBits = 12;
// So far a plain offset is as quick: it passes at most two blocks of a narrow index.
const plainOffset = 2 << blockBits;

/** Binds what it needs and answers the conditions on the table of counts. */
type BlockConditions = (conditions: Conditions) => readonly string[] | null;

interface PageOfKeys {
  readonly sql: string;
  /** For `prepared`, when the text is one of few. */
  readonly name: string | null;
}

/** The rows of a page, newest first. They are joined after the page is cut out, so what lies before it is cheap to pass. */
export function readPage<Row extends object>(
  db: Reader,
  list: BlockList,
  { conditions, inBlocks }: { readonly conditions: Conditions; readonly inBlocks: BlockConditions },
  paging: Paging,
  { columns, join }: { readonly columns: string; readonly join: string },
): Promise<Row[]> {
  const page = pageOfKeys(list, conditions, inBlocks, paging);
  const sql = `select ${columns}
     from (${page.sql}) page
     join ${join}
     order by ${list.key} desc`;
  return page.name === null
    ? db.query<Row>(sql, conditions.binds)
    : db.prepared<Row>(page.name, sql, conditions.binds);
}

/**
 * The statement that answers a page's keys, newest first. A page far behind is found by adding up the counts of the
 * blocks before it, and costs what the first one costs; `inBlocks` answers the same conditions on the table of counts,
 * null when it does not know what they ask for, so that rows have to be passed one by one.
 */
function pageOfKeys(
  { table, key, blocks }: BlockList,
  conditions: Conditions,
  inBlocks: BlockConditions,
  paging: Paging,
): PageOfKeys {
  const isUsual = conditions.binds.length === 0 && paging.pageSize <= 100 && paging.pageSize % 10 === 0;
  const named = (distance: string): string | null =>
    isUsual ? `${table} ${distance} ${paging.pageSize}` : null;
  const where = conditions.where();
  // Not bound, and a bound offset behind a select: plans that are kept do not depend on what is bound, so they are used.
  const limit = paging.pageSize.toFixed();
  const keys = `select ${key} from ${table} ${where}`;
  if (paging.page === 1) return { sql: `${keys} order by ${key} desc limit ${limit}`, name: named('first') };
  const offset = `(select ${conditions.bind(offsetOf(paging))}::bigint)`;
  const told = offsetOf(paging) <= plainOffset ? null : inBlocks(conditions);
  if (told === null) {
    return { sql: `${keys} order by ${key} desc limit ${limit} offset ${offset}`, name: named('near') };
  }
  // One statement, so one snapshot: counts and rows are of the same moment. Past the end there is no place, and no row.
  // No block has more items than an integer holds, whose sums are quicker.
  const sql = `with counted as (
      select block, sum(items::integer)::integer items from ${blocks} ${whereAll(told)} group by block
    ), passed as (
      select block, items, sum(items) over (order by block desc) - items before from counted
    ), place as (
      select (block + 1) << ${blockBits} above, ${offset} - before skip from passed
      where before <= ${offset} and before + items > ${offset}
    )
    ${keys} ${where === '' ? 'where' : 'and'} ${key} < (select above from place)
    order by ${key} desc limit ${limit} offset (select skip from place)`;
  return { sql, name: named('far') };
}

/** Counts all that the filters match, by the counts of blocks where they tell it. */
export async function countRows(
  db: Reader,
  { table, blocks }: BlockList,
  conditionsOf: () => Conditions,
  inBlocks: BlockConditions,
): Promise<number> {
  const ofBlocks = createConditions();
  const told = inBlocks(ofBlocks);
  const conditions = told === null ? conditionsOf() : ofBlocks;
  const sql =
    told === null
      ? `select count(*) from ${table} ${conditions.where()}`
      : `select coalesce(sum(items), 0)::bigint count from ${blocks} ${whereAll(told)}`;
  const [row] = await db.query<{ count: number }>(sql, conditions.binds);
  return row?.count ?? 0;
}

function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}

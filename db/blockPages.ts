import { createConditions, type Conditions } from './conditions.ts';
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

/**
 * The statement that answers a page's keys, newest first. A page far behind is found by adding up the counts of the
 * blocks before it, and costs what the first one costs; `inBlocks` answers the same conditions on the table of counts,
 * null when it does not know what they ask for, so that rows have to be passed one by one.
 */
export function pageOfKeys(
  { table, key, blocks }: BlockList,
  conditions: Conditions,
  inBlocks: BlockConditions,
  paging: Paging,
): string {
  const where = conditions.where();
  const limit = conditions.bind(paging.pageSize);
  const offset = conditions.bind(offsetOf(paging));
  const told = offsetOf(paging) <= plainOffset ? null : inBlocks(conditions);
  if (told === null) {
    return `select ${key} from ${table} ${where} order by ${key} desc limit ${limit} offset ${offset}`;
  }
  // One statement, so one snapshot: counts and rows are of the same moment. Past the end there is no place, and no row.
  return `with counted as (
      select block, sum(items)::bigint items from ${blocks} ${whereAll(told)} group by block
    ), passed as (
      select block, items, (sum(items) over (order by block desc))::bigint - items before from counted
    ), place as (
      select (block + 1) << ${blockBits} above, ${offset}::bigint - before skip from passed
      where before <= ${offset}::bigint and before + items > ${offset}::bigint
    )
    select ${key} from ${table} ${where === '' ? 'where' : `${where} and`} ${key} < (select above from place)
    order by ${key} desc limit ${limit} offset (select skip from place)`;
}

/** The statement that counts all that the filters match, by the counts of blocks where they tell it. */
export function countOf(
  { table, blocks }: BlockList,
  conditionsOf: () => Conditions,
  inBlocks: BlockConditions,
): { sql: string; binds: readonly unknown[] } {
  const ofBlocks = createConditions();
  const told = inBlocks(ofBlocks);
  if (told !== null) {
    const sql = `select coalesce(sum(items), 0)::bigint count from ${blocks} ${whereAll(told)}`;
    return { sql, binds: ofBlocks.binds };
  }
  const conditions = conditionsOf();
  return { sql: `select count(*) from ${table} ${conditions.where()}`, binds: conditions.binds };
}

function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}

import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import { createBinds } from '../sql/conditions.ts';
import type { Sql } from '../sql/connection.ts';
import { createWithin } from './keyRange.ts';
import { filterConditions, walkedTable } from './selection.ts';

/** More than this are not few, whatever they are picked from: each step of their plan sorts all of them. */
export const fewAtMost = 100_000;
// Passing so many rows by their key costs about as much as fetching one by another index.
const rowsPerFind = 50;

/**
 * Whether the filter selects few of what is left to walk, by the statistics: then its own index finds them, and
 * walking all rows by their key would be work for nothing.
 */
export async function selectsFew(tx: Sql, task: EngineTask): Promise<boolean> {
  const binds = createBinds();
  const { table, key, conditions } = walkedTable(task);
  const within = createWithin({ after: task.planCursor, upTo: null }, binds);
  const left = [...conditions, ...within(key)];
  const all = await estimateRows(tx, table, left, [...binds.values]);
  const filter = filterConditions(task, binds, within);
  if (filter.length === 0) return false;
  const selected = await estimateRows(tx, table, [...left, ...filter], binds.values);
  return selected <= fewAtMost && selected * rowsPerFind <= all;
}

/** How many rows PostgreSQL believes there are; looks at statistics only. */
export async function estimateRows(
  db: Sql,
  from: string,
  conditions: readonly string[],
  values: readonly unknown[],
): Promise<number> {
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const [row] = await db.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `explain (format json) select from ${from} ${where}`,
    values,
  );
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

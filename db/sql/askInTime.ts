import type { Sql } from './connection.ts';
import { sqlStateOf, sqlStates } from './transientErrors.ts';

/**
 * Asks inside a transaction, which goes on whether or not the answer comes in time. The limit ends with the question.
 * @returns null: it took longer than `limitMs`
 */
export async function askInTime<Row extends object>(
  tx: Sql,
  limitMs: number,
  sql: string,
  binds: readonly unknown[],
): Promise<Row[] | null> {
  await tx.query(`savepoint question; set local statement_timeout = ${limitMs}`);
  try {
    return await tx.query<Row>(sql, binds);
  } catch (error) {
    if (sqlStateOf(error) !== sqlStates.queryCanceled) throw error;
    return null;
  } finally {
    // Takes the limit back, too.
    await tx.query('rollback to savepoint question');
  }
}

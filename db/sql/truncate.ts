import type { Sql } from './connection.ts';

/** Empties tables that are locked against writers already. Readers that come meanwhile wait behind us for half a second at most. */
export async function truncate(tx: Sql, tables: readonly string[]): Promise<void> {
  await tx.query(`set local lock_timeout = '500ms'`);
  await tx.query(`truncate ${tables.join(', ')}`);
}

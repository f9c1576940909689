import { createAuditExports } from '../../db/audit/exportQueries.ts';
import { findLooseEntries } from '../../db/audit/looseEntries.ts';
import type { Reader } from '../../db/sql/connection.ts';
import { createChainCheck, type ChainCheckOptions } from './chainCheck.ts';

export interface Checked {
  readonly faults: readonly string[];
  readonly summary: string;
}

/** The audit in its tables: its chain, and what is not part of it. */
export async function checkDatabase(db: Pick<Reader, 'query'>, options: ChainCheckOptions): Promise<Checked> {
  const check = createChainCheck(options);
  const loose = await findLooseEntries(db);
  for await (const lines of createAuditExports(db).chain()) lines.forEach(check.take);
  const { faults, entries, heads, end } = check.finish();
  const found = [
    ...loose.gone.map((id) => `entry ${id}: it was removed`),
    ...loose.unrecorded.map((id) => `entry ${id}: it was inserted, and never recorded for the chain`),
    ...faults,
    ...(loose.lastSeal > end.seal
      ? [`the entries with seals ${end.seal + 1} to ${loose.lastSeal} were removed`]
      : []),
  ];
  const waiting =
    loose.unsealed === 0
      ? ''
      : `; ${counted(loose.unsealed, 'newer entry is', 'newer entries are')} not sealed yet and not checked`;
  return {
    faults: found,
    summary: `${checkedText(entries, heads)}${waiting}`,
  };
}

export function checkedText(entries: number, heads: number): string {
  return `${counted(entries, 'entry', 'entries')} and ${counted(heads, 'signed head', 'signed heads')} were checked`;
}

function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

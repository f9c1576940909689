import type { AuditEntryShape } from '../../shapes.ts';
import { auditRow, type AuditRow } from './auditRow.ts';

export interface FoldedRow extends AuditRow {
  /** Log-ins of the same login that precede this one without anything between; to be unfolded. */
  readonly folded: { readonly text: string; readonly rows: readonly AuditRow[] } | null;
}

/** The rows of a page, newest first; log-ins of the same login in a row are one. */
export function foldLogins(entries: readonly AuditEntryShape[]): FoldedRow[] {
  const groups: AuditEntryShape[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    const newest = group?.[0];
    const isSame =
      entry.action === 'session.login' && newest?.action === entry.action && newest.login === entry.login;
    if (isSame) group?.push(entry);
    else groups.push([entry]);
  }
  return groups.flatMap(([newest, ...others]): FoldedRow[] => {
    if (newest === undefined) return [];
    const row = auditRow(newest);
    if (others.length === 0) return [{ ...row, folded: null }];
    const rows = others.map(auditRow);
    const since = rows.at(-1)?.time.text ?? '';
    return [{ ...row, folded: { text: `${rows.length + 1} log-ins by ${row.who} since ${since}`, rows } }];
  });
}

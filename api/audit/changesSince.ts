import type { AuditFilters, AuditQueries } from '../../db/audit/auditQueries.ts';
import { presentAuditEntry } from '../../domain/audit/entry.ts';

const shownAtMost = 5;
const linesAtMost = 50;

/** What was done to one thing in its last `missed` changes, each of which has left a line in the audit; newest first. */
export async function changesSince(
  auditQueries: Pick<AuditQueries, 'page'>,
  of: Required<Pick<AuditFilters, 'objectType' | 'objectId'>>,
  { missed, isChange }: { readonly missed: number; isChange(action: string): boolean },
) {
  const lines = await auditQueries.page(of, { page: 1, pageSize: linesAtMost });
  const shown = missed > 0 && missed < shownAtMost ? missed : shownAtMost;
  return lines
    .filter(({ action }) => isChange(action))
    .slice(0, shown)
    .map(presentAuditEntry);
}

import type { AuditRow } from '../../db/audit/auditQueries.ts';

export function presentAuditEntry(entry: AuditRow) {
  return {
    audit_id: entry.auditId,
    audit_time: entry.auditTime.toISOString(),
    account_id: entry.accountId,
    login: entry.login,
    action: entry.action,
    object_type: entry.objectType,
    object_id: entry.objectId,
    request_id: entry.requestId,
    remote_address: entry.remoteAddress,
    before: entry.before,
    after: entry.after,
  };
}

export interface AuditEntryToShow {
  readonly auditId: number;
  readonly auditTime: Date;
  readonly accountId: string | null;
  readonly login: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly requestId: string | null;
  readonly remoteAddress: string | null;
  readonly before: object | null;
  readonly after: object | null;
}

export function presentAuditEntry(entry: AuditEntryToShow) {
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

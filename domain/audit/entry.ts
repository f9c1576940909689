/** An entry of the audit, as its row says. */
export interface AuditRow {
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

/** What an entry says outside, and what its hash covers (decision 0047): a field more or less would change all hashes. */
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

/** An entry's place in the chain. */
export interface Seal {
  readonly seal: number;
  readonly sealTime: Date;
  readonly previous: string;
  readonly hash: string;
}

/** A line of the export: an entry and its place in the chain. Without `hash`, it is what was hashed. */
export function presentSealed(entry: AuditRow, { seal, sealTime, previous, hash }: Seal) {
  return {
    ...presentAuditEntry(entry),
    seal,
    seal_time: sealTime.toISOString(),
    previous_hash: previous,
    hash,
  };
}

export type SealedLine = ReturnType<typeof presentSealed>;

/** What is signed once a day: how far the chain went, and its hash there. */
export interface AuditHead {
  readonly kind: 'audit-head';
  readonly seal: number;
  readonly hash: string;
  readonly sign_time: string;
}

/** What precedes the first entry. */
export const chainBegin = '0'.repeat(64);

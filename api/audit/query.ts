import type { AuditFilters } from '../../db/audit/auditQueries.ts';
import { optionalInstant } from '../http/instants.ts';

/** The filters of the audit as a client sends them. */
export interface AuditQuery {
  readonly account_id?: string;
  readonly login?: string;
  readonly action?: string;
  readonly object_type?: string;
  readonly object_id?: string;
  readonly request_id?: string;
  readonly audit_time__gte?: string;
  readonly audit_time__lt?: string;
}

export function toAuditFilters(query: AuditQuery): AuditFilters {
  const entries = Object.entries({
    accountId: query.account_id,
    login: query.login,
    action: query.action,
    objectType: query.object_type,
    objectId: query.object_id,
    requestId: query.request_id,
    auditTimeGte: optionalInstant(query.audit_time__gte),
    auditTimeLt: optionalInstant(query.audit_time__lt),
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

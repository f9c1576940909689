import type { AuditRow } from '../../domain/audit/entry.ts';
import { countRows, readPage, type BlockList } from '../sql/blockPages.ts';
import { createConditions, type Conditions } from '../sql/conditions.ts';
import type { Reader } from '../sql/connection.ts';
import type { Paging } from '../sql/paging.ts';

export interface AuditFilters {
  readonly accountId?: string;
  readonly login?: string;
  readonly action?: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly requestId?: string;
  readonly auditTimeGte?: string;
  readonly auditTimeLt?: string;
}

export type AuditQueries = ReturnType<typeof createAuditQueries>;

const list: BlockList = { table: 'audit', key: 'audit_id', blocks: 'audit_blocks' };

export const auditColumns = `audit_id "auditId", audit_time "auditTime", account_id "accountId", login, action,
  object_type "objectType", object_id "objectId", request_id "requestId", remote_address "remoteAddress",
  before, after`;

/** The same of an entry that has its place in the chain. */
export const sealedColumns = `${auditColumns}, seal, seal_time "sealTime",
  encode(previous, 'hex') previous, encode(hash, 'hex') hash`;

export function createAuditQueries(db: Reader) {
  return {
    /** Newest first. */
    page: (filters: AuditFilters, paging: Paging): Promise<AuditRow[]> =>
      readPage<AuditRow>(
        db,
        list,
        { conditions: auditConditions(filters), inBlocks: () => inBlocks(filters) },
        paging,
        { columns: auditColumns, join: 'audit using (audit_id)' },
      ),

    count: (filters: AuditFilters): Promise<number> =>
      countRows(
        db,
        list,
        () => auditConditions(filters),
        () => inBlocks(filters),
      ),
  };
}

export function auditConditions(filters: AuditFilters): Conditions {
  const conditions = createConditions();
  const { accountId, login, action, objectType, objectId, requestId, auditTimeGte, auditTimeLt } = filters;
  if (accountId !== undefined) conditions.add('account_id = $?::uuid', accountId);
  if (login !== undefined) conditions.add('login = $?', login);
  if (action !== undefined) conditions.add('action = $?', action);
  if (objectType !== undefined) conditions.add('object_type = $?', objectType);
  if (objectId !== undefined) conditions.add('object_id = $?', objectId);
  if (requestId !== undefined) conditions.add('request_id = $?', requestId);
  if (auditTimeGte !== undefined) conditions.add('audit_time >= $?::timestamptz', auditTimeGte);
  if (auditTimeLt !== undefined) conditions.add('audit_time < $?::timestamptz', auditTimeLt);
  return conditions;
}

/** Blocks tell how many lines there are, not of what kind. */
function inBlocks(filters: AuditFilters): string[] | null {
  return Object.keys(filters).length === 0 ? [] : null;
}

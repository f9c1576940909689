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

export type AuditQueries = ReturnType<typeof createAuditQueries>;

const list: BlockList = { table: 'audit', key: 'audit_id', blocks: 'audit_blocks' };

const columns = `audit_id "auditId", audit_time "auditTime", account_id "accountId", login, action,
  object_type "objectType", object_id "objectId", request_id "requestId", remote_address "remoteAddress",
  before, after`;

export function createAuditQueries(db: Reader) {
  return {
    /** Newest first. */
    page: (filters: AuditFilters, paging: Paging): Promise<AuditRow[]> =>
      readPage<AuditRow>(
        db,
        list,
        { conditions: conditionsOf(filters), inBlocks: () => inBlocks(filters) },
        paging,
        { columns, join: 'audit using (audit_id)' },
      ),

    count: (filters: AuditFilters): Promise<number> =>
      countRows(
        db,
        list,
        () => conditionsOf(filters),
        () => inBlocks(filters),
      ),
  };
}

function conditionsOf(filters: AuditFilters): Conditions {
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

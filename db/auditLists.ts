import { countOf, pageOfKeys, type BlockList } from './blockPages.ts';
import { createConditions, type Conditions } from './conditions.ts';
import type { Database } from './connection.ts';
import type { Paging } from './paging.ts';

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

export type AuditLists = ReturnType<typeof createAuditLists>;

const list: BlockList = { table: 'audit', key: 'audit_id', blocks: 'audit_blocks' };

const columns = `audit_id "auditId", audit_time "auditTime", account_id "accountId", login, action,
  object_type "objectType", object_id "objectId", request_id "requestId", remote_address "remoteAddress",
  before, after`;

export function createAuditLists(db: Database) {
  return {
    /** Newest first. */
    page: async (filters: AuditFilters, paging: Paging): Promise<AuditRow[]> => {
      const conditions = conditionsOf(filters);
      const page = pageOfKeys(list, conditions, () => inBlocks(filters), paging);
      const sql = `select ${columns}
         from (${page.sql}) page
         join audit using (audit_id)
         order by audit_id desc`;
      return page.name === null
        ? db.query<AuditRow>(sql, conditions.binds)
        : db.prepared<AuditRow>(page.name, sql, conditions.binds);
    },

    count: async (filters: AuditFilters): Promise<number> => {
      const { sql, binds } = countOf(
        list,
        () => conditionsOf(filters),
        () => inBlocks(filters),
      );
      const [row] = await db.query<{ count: number }>(sql, binds);
      return row?.count ?? 0;
    },
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

import { optionalInstant } from '../instants.ts';
import type { Handlers } from '../jsonRouter.ts';
import { presentAuditEntry, type AuditEntryToShow } from '../present/auditEntry.ts';
import { inputOf } from '../requestContext.ts';

interface AuditFilters {
  readonly accountId?: string;
  readonly login?: string;
  readonly action?: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly requestId?: string;
  readonly auditTimeGte?: string;
  readonly auditTimeLt?: string;
}

export interface AuditDeps {
  readonly auditLists: {
    page(filters: AuditFilters, paging: { page: number; pageSize: number }): Promise<AuditEntryToShow[]>;
    count(filters: AuditFilters): Promise<number>;
  };
}

interface AuditQuery {
  page: number;
  page_size: number;
  account_id?: string;
  login?: string;
  action?: string;
  object_type?: string;
  object_id?: string;
  request_id?: string;
  audit_time__gte?: string;
  audit_time__lt?: string;
}

/** Who did what. There is nothing here that writes: each change writes its own line. */
export function auditRoutes({ auditLists }: AuditDeps): Handlers {
  return {
    getAudit: async (req, res) => {
      const { query } = inputOf<{ query: AuditQuery }>(req);
      const paging = { page: query.page, pageSize: query.page_size };
      const entries = await auditLists.page(filtersOf(query), paging);
      res.json({ entries: entries.map(presentAuditEntry) });
    },

    countAudit: async (req, res) => {
      const { query } = inputOf<{ query: AuditQuery }>(req);
      res.json({ count: await auditLists.count(filtersOf(query)) });
    },
  };
}

function filtersOf(query: AuditQuery): AuditFilters {
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

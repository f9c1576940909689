import type { Stores } from '../../db/stores.ts';
import { toAuditFilters, type AuditQuery } from './query.ts';
import { createAuditExport, type ExportFormat } from './export.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { presentAuditEntry } from '../../domain/audit/entry.ts';
import { inputOf } from '../http/requestContext.ts';

type AuditInput = AuditQuery & { readonly page: number; readonly page_size: number };

/** Who did what. There is nothing here that writes: each change writes its own line. */
export function auditRoutes(deps: Pick<Stores, 'auditQueries' | 'auditSeals' | 'auditExports'>): Handlers {
  const { auditQueries } = deps;
  const sendExport = createAuditExport(deps);
  return {
    getAudit: async (req, res) => {
      const { query } = inputOf<{ query: AuditInput }>(req);
      const paging = { page: query.page, pageSize: query.page_size };
      const entries = await auditQueries.page(toAuditFilters(query), paging);
      res.json({ entries: entries.map(presentAuditEntry) });
    },

    exportAudit: async (req, res) => {
      const { format, ...query } = inputOf<{ query: AuditQuery & { format: ExportFormat } }>(req).query;
      await sendExport(res, format, toAuditFilters(query));
    },

    countAudit: async (req, res) => {
      const { query } = inputOf<{ query: AuditQuery }>(req);
      res.json({ count: await auditQueries.count(toAuditFilters(query)) });
    },
  };
}

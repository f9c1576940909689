import type { RequestHandler } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { auditFilters, auditPage } from '../../views/pages/audit/list.ts';
import { createAuditExport, type ExportFormat } from './export.ts';
import { toAuditFilters, type AuditQuery } from './query.ts';
import { queryCheck } from '../http/contract/queryCheck.ts';
import { presentAuditEntry } from '../../domain/audit/entry.ts';
import { identityOf } from '../http/requestContext.ts';
import type { PageSources } from '../html/deps.ts';
import { sendPage } from '../html/pageAnswer.ts';
import { readPaging } from '../html/paging.ts';
import { readFilters } from '../html/readFilters.ts';

/** Who did what, and the same as files. Filters that cannot be read show nothing, and what is wrong with them. */
export function audit(
  deps: Pick<PageSources, 'auditQueries' | 'auditSeals' | 'auditExports' | 'contract' | 'clock'>,
): Record<'page' | ExportFormat, RequestHandler> {
  const { auditQueries, contract, clock } = deps;
  const sendExport = createAuditExport(deps);
  const check = queryCheck<AuditQuery>(contract, '/audit');
  const page: RequestHandler = async (req, res) => {
    const paging = readPaging(req.query, 20);
    const { query, typed } = readFilters(req, auditFilters, check, clock.now());
    const filters = query === null ? null : toAuditFilters(query);
    const [entries, count] =
      filters === null
        ? [[], 0]
        : await Promise.all([auditQueries.page(filters, paging), auditQueries.count(filters)]);
    const { permissions } = identityOf(req);
    const page = auditPage({ permissions, typed, entries: entries.map(presentAuditEntry), count, ...paging });
    sendPage(req, res, 'audit/list', page, filters === null ? 400 : 200);
  };

  const file =
    (format: ExportFormat): RequestHandler =>
    async (req, res) => {
      const { query, typed } = readFilters(req, auditFilters, check, clock.now());
      if (query === null) throw new DomainError('badQueryParameter', Object.values(typed.faults).join('; '));
      await sendExport(res, format, toAuditFilters(query));
    };

  return { page, ndjson: file('ndjson'), csv: file('csv') };
}

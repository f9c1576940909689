import type { RequestHandler } from 'express';
import { auditFilters, auditPage } from '../../views/pages/audit/list.ts';
import { toAuditFilters, type AuditQuery } from './query.ts';
import { queryCheck } from '../http/contract/queryCheck.ts';
import { presentAuditEntry } from '../../domain/audit/entry.ts';
import type { PageSources } from '../html/deps.ts';
import { sendPage } from '../html/pageAnswer.ts';
import { readPaging } from '../html/paging.ts';
import { readFilters } from '../html/readFilters.ts';

/** Who did what. Filters that cannot be read show nothing, and what is wrong with them. */
export function audit({
  auditQueries,
  contract,
  clock,
}: Pick<PageSources, 'auditQueries' | 'contract' | 'clock'>): RequestHandler {
  const check = queryCheck<AuditQuery>(contract, '/audit');
  return async (req, res) => {
    const paging = readPaging(req.query, 20);
    const { query, typed } = readFilters(req, auditFilters, check, clock.now());
    const filters = query === null ? null : toAuditFilters(query);
    const [entries, count] =
      filters === null
        ? [[], 0]
        : await Promise.all([auditQueries.page(filters, paging), auditQueries.count(filters)]);
    const page = auditPage({ typed, entries: entries.map(presentAuditEntry), count, ...paging });
    sendPage(req, res, 'audit/list', page, filters === null ? 400 : 200);
  };
}

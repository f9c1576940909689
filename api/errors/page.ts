import type { RequestHandler } from 'express';
import type { ErrorReason } from '../../db/tasks/errorReasons.ts';
import { errorFilters, errorsPage } from '../../views/pages/errors/list.ts';
import { DomainError } from '../../domain/errors.ts';
import { queryCheck } from '../http/contract/queryCheck.ts';
import { identityOf } from '../http/requestContext.ts';
import { csvPieces } from '../http/csv.ts';
import { toErrorFilters, type ErrorQuery } from './query.ts';
import { sendPieces } from '../http/jsonStream.ts';
import { taskErrorColumns, taskErrorRows } from '../tasks/present/csvRows.ts';
import { presentTaskErrorOfPage } from './present.ts';
import type { PageSources } from '../html/deps.ts';
import { sendPage } from '../html/pageAnswer.ts';
import { readPaging } from '../html/paging.ts';
import { readFilters } from '../html/readFilters.ts';

/** The errors of all tasks, and the same as CSV. Filters that cannot be read show none, and what is wrong with them. */
export function errors({
  errorQueries,
  contract,
  clock,
}: Pick<PageSources, 'errorQueries' | 'contract' | 'clock'>): Record<'page' | 'csv', RequestHandler> {
  const check = queryCheck<ErrorQuery>(contract, '/errors');
  const page: RequestHandler = async (req, res) => {
    const paging = readPaging(req.query, 20);
    const { query, typed } = readFilters(req, errorFilters, check, clock.now());
    const { error_code: code, ...others } = query ?? {};
    const [rows, groups, reasons, open] =
      query === null
        ? [[], [], [], { count: 0, most: 1 }]
        : await Promise.all([
            errorQueries.page(toErrorFilters(query), paging),
            errorQueries.countByCode(toErrorFilters(others)),
            errorQueries.reasons(toErrorFilters(query)),
            errorQueries.countOpenOf(toErrorFilters(query)),
          ]);
    const matching = groups.filter(({ errorCode }) => code === undefined || errorCode === code);
    const shown = errorsPage({
      permissions: identityOf(req).permissions,
      typed,
      errors: rows.map(presentTaskErrorOfPage),
      groups: groups.map(({ errorCode, desc, count }) => ({ error_code: errorCode, desc, count })),
      reasons: reasons.map(toReasonShape),
      open,
      count: matching.reduce((sum, { count }) => sum + count, 0),
      ...paging,
    });
    sendPage(req, res, 'errors/list', shown, query === null ? 400 : 200);
  };

  const csv: RequestHandler = async (req, res) => {
    const { query, typed } = readFilters(req, errorFilters, check, clock.now());
    if (query === null) throw new DomainError('badQueryParameter', Object.values(typed.faults).join('; '));
    res.attachment('errors.csv');
    const rows = taskErrorRows(errorQueries.all(toErrorFilters(query)));
    await sendPieces(res, 'csv', csvPieces(taskErrorColumns, rows));
  };

  return { page, csv };
}

function toReasonShape(group: ErrorReason) {
  return {
    error_code: group.errorCode,
    desc: group.desc,
    reason: group.reason,
    open: group.open,
    resolved: group.resolved,
    tasks: group.tasks,
    is_retryable: group.isRetryable,
    first_time: group.firstTime.toISOString(),
    is_first: group.isFirst,
    last_time: group.lastTime.toISOString(),
    detail: group.detail,
    objects: group.objects,
  };
}

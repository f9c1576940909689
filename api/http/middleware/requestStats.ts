import type { RequestHandler } from 'express';
import type { RequestCount } from '../../../db/ops/statsStore.ts';
import type { MonthlyCounts } from '../../../platform/monthlyCounts.ts';
import { contextOf } from '../requestContext.ts';

export type RequestStats = Pick<MonthlyCounts<Omit<RequestCount, 'month' | 'count'>>, 'count'>;

/** Counts each answer for the system information, under the pattern of its route. */
export function requestStats(stats: RequestStats): RequestHandler {
  return (req, res, next) => {
    res.once('close', () => {
      const { route = 'unmatched', errorCode = 0 } = contextOf(req);
      stats.count({ service: 'luna-admin', route, statusCode: res.statusCode, errorCode });
    });
    next();
  };
}

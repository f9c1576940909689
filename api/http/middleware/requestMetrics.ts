import type { RequestHandler } from 'express';
import type { Metrics } from '../../../platform/metrics.ts';
import { contextOf } from '../requestContext.ts';

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Counts and times each answer under the pattern of its route: labels come from a closed set. */
export function requestMetrics(
  metrics: Pick<Metrics, 'httpRequests' | 'httpDuration' | 'httpErrors'>,
): RequestHandler {
  return (req, res, next) => {
    const start = process.hrtime.bigint();
    res.once('close', () => {
      const { route = 'unmatched', errorCode } = contextOf(req);
      const method = known.has(req.method) ? req.method : 'other';
      const labels = { method, route, status: res.statusCode };
      metrics.httpRequests.inc(labels);
      metrics.httpDuration.observe(labels, Number(process.hrtime.bigint() - start) / 1e9);
      if (errorCode !== undefined) metrics.httpErrors.inc({ route, error_code: errorCode });
    });
    next();
  };
}

import type { RequestHandler } from 'express';
import { failed, inRequestSpan } from '../../../platform/tracing/span.ts';
import { contextOf } from '../requestContext.ts';
import { isAskedByMachines } from './requestTelemetry.ts';

/**
 * A span for each answer, under the pattern of its route. It has no address, login or address of the client. The answer
 * names it in `traceresponse` (W3C Trace Context), whether or not it is recorded.
 */
export function requestTracing(): RequestHandler {
  return (req, res, next) => {
    if (isAskedByMachines(req)) {
      next();
      return;
    }
    const requestId = (): string => contextOf(req).requestId;
    inRequestSpan(req.method, req.headers, requestId, (span) => {
      const { traceId, spanId, traceFlags } = span.spanContext();
      res.setHeader('traceresponse', `00-${traceId}-${spanId}-0${traceFlags}`);
      res.once('close', () => {
        const { requestId, route = 'unmatched', errorCode } = contextOf(req);
        span.updateName(`${req.method} ${route}`);
        span.setAttributes({
          'http.request.method': req.method,
          'http.route': route,
          'http.response.status_code': res.statusCode,
          'luna.request_id': requestId,
          ...(errorCode === undefined ? {} : { 'luna.error_code': errorCode }),
        });
        if (res.statusCode >= 500) failed(span);
        span.end();
      });
      next();
    });
  };
}

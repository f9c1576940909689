import type { Request, RequestHandler, Response } from 'express';
import type { Level, Logger } from 'pino';
import { v4 as newUuid } from 'uuid';
import type { RequestCount } from '../../../db/ops/statsStore.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import type { MonthlyCounts } from '../../../platform/monthlyCounts.ts';
import { keepTrace } from '../../../platform/tracing/span.ts';
import { addressOf, contextOf, startContext } from '../requestContext.ts';
import { shownUrl } from '../shownUrl.ts';

const header = 'Luna-Request-Id';
const pattern = /^[0-9]{10},[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/;

/** Gives every request an id, the client's own if it sent one; it is on the answer whatever happens. */
export function requestId(): RequestHandler {
  return (req, res, next) => {
    const given = req.get(header);
    const isGood = given !== undefined && pattern.test(given);
    const id = isGood ? given : `${Math.floor(Date.now() / 1000)},${newUuid()}`;
    startContext(req, id);
    res.setHeader(header, id);
    if (given === undefined || isGood) next();
    else next(new DomainError('badHeader', { path: header, message: `must match ${pattern.source}` }));
  };
}

// Asked every few seconds by machines; only their failures are news.
const quiet = /^(\/4)?\/(healthcheck|metrics)/;

export function isAskedByMachines({ originalUrl }: Request): boolean {
  return quiet.test(originalUrl);
}

/** One line for each answer, made when it is over and only if it is going to be written, with the request's id. */
export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    // When the connection has gone it cannot be queried any more.
    const remoteAddress = addressOf(req);
    const write = (): void => {
      const level = levelOf(req, res);
      if (!log.isLevelEnabled(level)) return;
      const { method } = req;
      const shown = shownUrl(req.originalUrl);
      const { statusCode } = res;
      const { requestId, errorCode } = contextOf(req);
      const responseTime = Math.round(performance.now() - start);
      const end = res.writableFinished ? '' : ', broken off';
      log[level](
        {
          requestId,
          ...callerOf(req),
          ...(errorCode === undefined ? {} : { errorCode }),
          req: { method, url: shown, remoteAddress },
          res: { statusCode },
          responseTime,
        },
        `${method} ${shown} ${statusCode} ${responseTime} ms${end}`,
      );
    };
    res.once('close', keepTrace(write));
    next();
  };
}

/** Who has shown who they are, and with what. */
function callerOf(req: Request) {
  const { identity, refused } = contextOf(req);
  if (identity === undefined) return refused === undefined ? { via: 'none' } : { via: 'none', ...refused };
  const { account, via, token } = identity;
  return { login: account.login, via, ...(token === undefined ? {} : { tokenId: token.tokenId }) };
}

function levelOf(req: Request, res: Response): Level {
  if (res.statusCode >= 500) return 'error';
  return isAskedByMachines(req) ? 'debug' : 'info';
}

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

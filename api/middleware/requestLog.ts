import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Request } from 'express';
import { contextOf } from '../requestContext.ts';

// Asked every few seconds by machines; only their failures are news.
const quiet = /^(\/4)?\/(healthcheck|metrics)/;

/** One line for each answer, with the request's id; the lines in between carry it too. */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp<Request>({
    logger: log,
    genReqId: (req) => contextOf(req).requestId,
    customLogLevel: (req, res, error) => {
      if (res.statusCode >= 500 || error !== undefined) return 'error';
      return quiet.test(req.originalUrl) ? 'debug' : 'info';
    },
    customSuccessMessage: (req, res, ms) => `${req.method} ${req.originalUrl} ${res.statusCode} ${ms} ms`,
    customErrorMessage: (req, res) => `${req.method} ${req.originalUrl} ${res.statusCode}`,
    customProps: (req) => {
      const { requestId, identity } = contextOf(req);
      return { requestId, ...(identity === undefined ? {} : { login: identity.account.login }) };
    },
    serializers: {
      req: ({ method, url }: { method: unknown; url: unknown }) => ({ method, url }),
      res: ({ statusCode }: { statusCode: unknown }) => ({ statusCode }),
    },
    // The error handler has logged what went wrong, with its stack.
    customErrorObject: (_req, _res, _error, fields: object) => ({ ...fields, err: undefined }),
  });
}

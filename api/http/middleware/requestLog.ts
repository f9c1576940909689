import type { Request, RequestHandler, Response } from 'express';
import type { Level, Logger } from 'pino';
import { addressOf, contextOf } from '../requestContext.ts';

// Asked every few seconds by machines; only their failures are news.
const quiet = /^(\/4)?\/(healthcheck|metrics)/;

/** One line for each answer, made when it is over and only if it is going to be written, with the request's id. */
export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    // When the connection has gone it cannot be asked any more.
    const remoteAddress = addressOf(req);
    res.once('close', () => {
      const level = levelOf(req, res);
      if (!log.isLevelEnabled(level)) return;
      const { method, originalUrl } = req;
      const { statusCode } = res;
      const { requestId, identity } = contextOf(req);
      const responseTime = Math.round(performance.now() - start);
      const end = res.writableFinished ? '' : ', broken off';
      log[level](
        {
          requestId,
          ...(identity === undefined ? {} : { login: identity.account.login }),
          req: { method, url: originalUrl, remoteAddress },
          res: { statusCode },
          responseTime,
        },
        `${method} ${originalUrl} ${statusCode} ${responseTime} ms${end}`,
      );
    });
    next();
  };
}

function levelOf(req: Request, res: Response): Level {
  if (res.statusCode >= 500) return 'error';
  return quiet.test(req.originalUrl) ? 'debug' : 'info';
}

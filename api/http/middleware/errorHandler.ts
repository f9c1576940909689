import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { DomainError } from '../../../domain/errors.ts';
import { TooManyLoginsError } from '../../accounts/auth/loginLimit.ts';
import { TooManyCallsError } from '../rateLimit.ts';
import { presentError, presentInternalError } from '../errorBody.ts';
import { breakOff } from '../jsonStream.ts';
import { contextOf } from '../requestContext.ts';
import { excludesChallenge } from './authenticate.ts';

export interface ErrorHandlerDeps {
  readonly log: Logger;
  /** Whether the database could not be asked, as opposed to having said no. */
  isUnavailable(error: unknown): boolean;
}

/** The one translator of errors into answers. What nobody foresaw is logged once and answered with an id only. */
export function errorHandler({ log, isUnavailable }: ErrorHandlerDeps): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    // A page that was given up has been answered (api/html/pageLimit.ts), and its answer may still be in compression.
    if (res.writableEnded || (res.headersSent && res.locals['isGivenUp'] === true)) return;
    if (res.headersSent) {
      log.error({ err: error, requestId: contextOf(req).requestId }, 'an answer was not completed');
      breakOff(res);
      return;
    }
    const { requestId } = contextOf(req);
    const known = toDomainError(error, req, isUnavailable);
    if (known === null) {
      const errorId = randomUUID();
      log.error({ err: error, errorId, requestId }, 'unexpected error');
      contextOf(req).errorCode = 1;
      res.status(500).json(presentInternalError(errorId));
      return;
    }
    if (known.error === 'engineUnavailable' || known.error === 'unavailable')
      log.warn({ err: error, requestId }, 'the database is unavailable, too slow or read-only');
    setHeaders(req, res, known);
    contextOf(req).errorCode = known.entry.code;
    res.status(known.entry.status).json(presentError(known));
  };
}

/** Errors in the words of the contract; null for those that nobody foresaw. */
export function toDomainError(
  error: unknown,
  req: Request,
  isUnavailable: (error: unknown) => boolean,
): DomainError | null {
  if (error instanceof DomainError) return error;
  if (isUnavailable(error)) {
    const name = changesTasks(req) ? 'engineUnavailable' : 'unavailable';
    return new DomainError(name, 'the database is unavailable, too slow or read-only now', {
      cause: error,
    });
  }
  if (!(error instanceof Error)) return null;
  const { type, status, code } = error as Error & { type?: unknown; status?: unknown; code?: unknown };
  // What zlib says of gzip and deflate, and of Brotli.
  if (status === 400 && typeof code === 'string' && /^(?:Z_|ERR__)/.test(code)) {
    return new DomainError('notJson', 'the body cannot be decompressed', { cause: error });
  }
  switch (type) {
    case 'entity.too.large':
      return new DomainError('bodyTooLarge', 'the body is larger than 1 MiB', { cause: error });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new DomainError('unsupportedMediaType', error.message, { cause: error });
    case 'request.aborted':
    case 'request.size.invalid':
      return new DomainError('notJson', error.message, { cause: error });
  }
  // A path that cannot be decoded.
  if (error instanceof URIError || (status === 400 && error.message.includes('decode'))) {
    return new DomainError('pageNotFound', 'no such page', { cause: error });
  }
  return null;
}

/** Code 28000 says that a task was not taken; whoever only reads or logs in asked for none. */
function changesTasks({ method, originalUrl }: Request): boolean {
  return !['GET', 'HEAD'].includes(method) && /^(\/4)?\/(tasks|schedules)\b/.test(originalUrl);
}

function setHeaders(req: Request, res: Response, error: DomainError): void {
  if (error.entry.status === 401 && !excludesChallenge(req)) {
    res.setHeader('WWW-Authenticate', 'Basic realm="luna-admin"');
  }
  setRetryAfter(res, error);
}

export function setRetryAfter(res: Response, error: DomainError): void {
  const { status } = error.entry;
  if (error instanceof TooManyLoginsError || error instanceof TooManyCallsError)
    res.setHeader('Retry-After', error.retryAfterSeconds);
  if ((status === 429 || status === 503) && !res.hasHeader('Retry-After')) res.setHeader('Retry-After', '5');
}

export function notFound(): RequestHandler {
  return () => {
    throw new DomainError('pageNotFound', 'no such page');
  };
}

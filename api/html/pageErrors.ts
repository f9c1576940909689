import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { type DomainError, errorTable } from '../../domain/errors.ts';
import { type ErrorInput, errorPage } from '../../views/pages/errors/error.ts';
import { paths } from '../../views/paths.ts';
import { type ErrorHandlerDeps, setRetryAfter, toDomainError } from '../http/middleware/errorHandler.ts';
import { contextOf } from '../http/requestContext.ts';
import { sendPage } from './pageAnswer.ts';
import { rememberReturnTo } from './returnTo.ts';

type Fault = Omit<ErrorInput, 'isSignedIn' | 'isRead'>;

/** Errors as pages. Whoever is not signed in is sent to log in; a browser's own dialogue is never raised. */
export function pageErrors({ log, isUnavailable }: ErrorHandlerDeps): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const known = toDomainError(error, req, isUnavailable);
    if (known?.error === 'credentialsNeeded') {
      contextOf(req).errorCode = known.entry.code;
      rememberReturnTo(req, res);
      res.redirect(req.method === 'GET' || req.method === 'HEAD' ? 302 : 303, paths.login);
      return;
    }
    sendError(req, res, known ?? logged(log, req, error));
  };
}

function sendError(req: Request, res: Response, error: DomainError | Fault): void {
  if ('entry' in error) setRetryAfter(res, error);
  const input = 'entry' in error ? wordsOf(error) : error;
  contextOf(req).errorCode = input.code;
  const page = errorPage({
    ...input,
    isSignedIn: contextOf(req).identity !== undefined,
    isRead: req.method === 'GET',
  });
  sendPage(req, res, 'errors/error', page, input.status);
}

function wordsOf({ entry: { status, code, desc }, detail }: DomainError): Fault {
  return { status, code, title: desc, detail };
}

/** Of an error that nobody foresaw only its id is shown; the log has the rest. */
function logged(log: Logger, req: Request, error: unknown): Fault {
  const errorId = randomUUID();
  log.error({ err: error, errorId, requestId: contextOf(req).requestId }, 'unexpected error');
  const { status, code, desc } = errorTable.internal;
  return { status, code, title: desc, detail: `Error id ${errorId}` };
}

/** Whether a client that may have JSON or a page wants the page; asked first of all, an answer names `Accept`. */
export function prefersHtml(req: Request, res: Response): boolean {
  res.vary('Accept');
  return req.accepts(['json', 'html']) === 'html';
}

/** Whether a browser's form sent this, and not a program. */
export function isForm(req: Request): boolean {
  return req.is('application/x-www-form-urlencoded') === 'application/x-www-form-urlencoded';
}

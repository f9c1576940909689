import type { Request, Response } from 'express';

/** Whether a client that may have JSON or a page wants the page; asked first of all, an answer names `Accept`. */
export function prefersHtml(req: Request, res: Response): boolean {
  res.vary('Accept');
  return req.accepts(['json', 'html']) === 'html';
}

/** Whether a browser's form sent this, and not a program. */
export function isForm(req: Request): boolean {
  return req.is('application/x-www-form-urlencoded') === 'application/x-www-form-urlencoded';
}

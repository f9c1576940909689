import type { Request, Response } from 'express';
import type { Flash } from '../../views/components/flash/flash.ts';
import { render, type Pages } from '../../views/environment.ts';
import type { LayoutInput } from '../../views/layout.ts';
import { contextOf } from '../requestContext.ts';
import { formToken } from './formToken.ts';

declare module 'express-session' {
  interface SessionData {
    /** Said on the next page and then forgotten. */
    flash: Flash[];
    /** The session was begun with the password of the first start. */
    hasDefaultPassword: boolean;
  }
}

/** Answers with a page for whoever asks, with what is to be said to them. */
export function sendPage<Name extends keyof Pages>(
  req: Request,
  res: Response,
  name: Name,
  page: Pages[Name],
  status = 200,
): void {
  // A page shows what only its admin may see, at the moment when it was asked for.
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(render(name, page, layoutOf(req, res, name === 'login/login')));
}

/** What is to be said on the page that a 303 leads to. */
export function say(req: Request, text: string, tone: Flash['tone'] = 'good'): void {
  req.session.flash = [...(req.session.flash ?? []), { tone, text }];
}

function layoutOf(req: Request, res: Response, hasForm: boolean): LayoutInput {
  const { identity } = contextOf(req);
  return {
    nonce: String(res.locals['cspNonce']),
    user:
      identity === undefined
        ? null
        : { login: identity.account.login, hasDefaultPassword: req.session.hasDefaultPassword === true },
    // A token makes a session: strangers get one only with the form that they may send.
    csrfToken: identity !== undefined || hasForm ? formToken(req) : '',
    flash: takeFlash(req),
  };
}

function takeFlash(req: Request): Flash[] {
  const { flash } = req.session;
  delete req.session.flash;
  return flash ?? [];
}

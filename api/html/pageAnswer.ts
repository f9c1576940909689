import type { Request, Response } from 'express';
import { sessionAtMostMs, sessionIdleSeconds } from '../../domain/accounts/account.ts';
import type { Flash } from '../../views/components/flash/flash.ts';
import { render, type Pages } from '../../views/environment.ts';
import type { LayoutInput } from '../../views/layout.ts';
import { contextOf } from '../http/requestContext.ts';
import { environmentNameOf } from './environmentName.ts';
import { formToken } from './formToken.ts';
import { shownMaintenanceOf } from './shownMaintenance.ts';

declare module 'express-session' {
  interface SessionData {
    /** Said on the next page and then forgotten. */
    flash: Flash[];
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
  // It was given up meanwhile (pageLimit.ts).
  if (res.headersSent) return;
  const token = sessionOf(req)?.csrfToken;
  const layout = layoutOf(req, res);
  res.status(status).type('html');
  const html = render(name, page, layout);
  if (status === 503) {
    // Whoever has waited in vain for the database must not wait for it to keep the session, too.
    delete (req as { session?: unknown }).session;
    res.send(html);
    return;
  }
  const isChanged = layout.flash.length > 0 || sessionOf(req)?.csrfToken !== token;
  if (isChanged) whenStored(req, () => res.send(html));
  else res.send(html);
}

/** Ends a form's post; what was put into the session is there for the page that follows. */
export function leadTo(req: Request, res: Response, path: string): void {
  if (hasNoSession(req)) res.redirect(303, path);
  else whenStored(req, () => res.redirect(303, path));
}

/**
 * The session middleware by itself stores only after the head of an answer is out, and a browser is quick enough to
 * come back before that: it would find the old session, and the older of the two writes could win.
 */
function whenStored(req: Request, answer: () => void): void {
  req.session.save(() => {
    // The page was given up while its session was being stored: a second answer would end the process.
    if (req.res?.headersSent !== true) answer();
  });
}

/** What is to be said on the page that a 303 leads to. */
export function flash(req: Request, text: string, tone: Flash['tone'] = 'good'): void {
  if (hasNoSession(req)) return;
  req.session.flash = [...(req.session.flash ?? []), { tone, text }];
}

/** Who asks by password has none, unless one was begun: each answer would leave one behind. */
export function hasNoSession(req: Request): boolean {
  return contextOf(req).identity?.via === 'basic' && req.session.accountId === undefined;
}

/** undefined: the store could not be asked, and the page that says so has no session to read. */
function sessionOf(req: Request): Request['session'] | undefined {
  return req.session;
}

function layoutOf(req: Request, res: Response): LayoutInput {
  const { identity } = contextOf(req);
  return {
    nonce: String(res.locals['cspNonce']),
    environment: environmentNameOf(res),
    user:
      identity === undefined
        ? null
        : {
            login: identity.account.login,
            role: identity.account.role,
            permissions: identity.permissions,
            hasDefaultPassword: req.session.hasDefaultPassword === true,
            sessionEnds: identity.via === 'session' ? secondsLeft(req.session.begun) : null,
          },
    // A token makes a session, and strangers get none.
    csrfToken: identity === undefined ? '' : formToken(req),
    maintenance: shownMaintenanceOf(res),
    // A page that refreshes itself must not take the words that wait for the next one.
    flash: req.get('Live-Refresh') === undefined ? takeFlash(req) : [],
  };
}

/** By the clock of this process: the page looks again before it believes it. */
function secondsLeft(begun = 0): number {
  const left = Math.ceil((begun + sessionAtMostMs - Date.now()) / 1_000);
  return Math.max(1, Math.min(sessionIdleSeconds, left));
}

function takeFlash(req: Request): Flash[] {
  const session = sessionOf(req);
  const { flash = [] } = session ?? {};
  delete session?.flash;
  return flash;
}

import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Stores } from '../../../db/stores.ts';
import { DomainError } from '../../../domain/errors.ts';
import { onwardPage } from '../../../views/pages/login/onward.ts';
import { loginPage } from '../../../views/pages/login/login.ts';
import { paths } from '../../../views/paths.ts';
import { flash, leadTo, sendPage } from '../../html/pageAnswer.ts';
import { fieldsOf } from '../../html/form.ts';
import { forgetReturnTo, returnToOf, sameSitePath } from '../../html/returnTo.ts';
import type { Clock } from '../../http/instants.ts';
import { setRetryAfter } from '../../http/middleware/errorHandler.ts';
import { actorOf, addressOf, contextOf, identityOf, originOf } from '../../http/requestContext.ts';
import type { Guesses } from '../auth/guesses.ts';
import type { SessionAudit } from '../auth/sessionAudit.ts';
import { beginPendingLogin } from '../auth/pendingLogin.ts';
import { beginSession, endSession, settle, type Proof } from '../auth/sessionCookie.ts';
import { wantedFields, type ConfirmPages, type WantedForm } from '../pages/confirm.ts';
import type { OidcProvider, CompletedLogin } from './provider.ts';
import type { createOidcSignIn } from './signIn.ts';
import { createStateCookie, type BegunLogin } from './stateCookie.ts';

declare module 'express-session' {
  interface SessionData {
    /** Of a session that began at the OpenID provider. */
    oidc: {
      readonly issuer: string;
      readonly subject: string;
      readonly sid: string | null;
      readonly idToken: string;
    };
    /** The form that waits for a confirmation at the provider. */
    wanted: WantedForm;
  }
}

export interface OidcPagesDeps {
  readonly oidc: {
    readonly provider: OidcProvider;
    readonly signIn: ReturnType<typeof createOidcSignIn>;
    readonly issuer: string;
    readonly name: string;
    readonly secrets: readonly string[];
  };
  readonly accountIdentities: Pick<Stores['accountIdentities'], 'endSessions' | 'ofAccount'>;
  readonly sessionAudit: SessionAudit;
  readonly guesses: Guesses;
  readonly confirm: Pick<ConfirmPages, 'show'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A second factor counts only if the provider says that it has asked for one. */
const proofOf = ({ isStrong }: CompletedLogin): Proof => ({
  ...{ how: 'oidc', secondFactor: isStrong ? 'provider' : null, hasDefaultPassword: false },
});

/** Log-in at an OpenID provider, and log-out by either side. */
export function oidcPages(deps: OidcPagesDeps) {
  const { oidc, sessionAudit, clock, log } = deps;
  const { provider } = oidc;
  const stateCookie = createStateCookie(oidc.secrets, () => clock.now());

  const beginFor = async (
    req: Request,
    res: Response,
    whose: Pick<BegunLogin, 'connects' | 'confirms'>,
    text: string,
  ): Promise<void> => {
    const isAgain = whose.confirms !== null;
    const { url, checks } = await provider.begin(originOf(req) + paths.oidcCallback, isAgain);
    stateCookie.write(req, res, { ...checks, ...whose });
    leadAway(req, res, url, text);
  };

  /** By a form: a page of another site must not begin a session that nobody has asked for. */
  const begin: RequestHandler = async (req, res) => {
    try {
      await beginFor(req, res, { connects: null, confirms: null }, `Continue at ${oidc.name}`);
    } catch (error) {
      sayWhy(req, res, error);
    }
  };

  /** By a form: whoever could start this for somebody else could connect themselves with the account. */
  const connectOwn: RequestHandler = async (req, res) => {
    const { accountId } = identityOf(req).account;
    await beginFor(req, res, { connects: accountId, confirms: null }, `Continue at ${oidc.name}`);
  };

  /** Keeps the form that waits for it, which goes on when the browser comes back. */
  const confirmOwn: RequestHandler = async (req, res) => {
    const { accountId } = identityOf(req).account;
    const { confirm_path: given = '' } = fieldsOf(req.body);
    const path = sameSitePath(given);
    if (path === null)
      throw new DomainError('validationFailed', { path: 'confirm_path', message: 'no page' });
    req.session.wanted = { path, fields: wantedFields(req) };
    await settle((done) => req.session.save(done));
    await beginFor(req, res, { connects: null, confirms: accountId }, `Continue at ${oidc.name}`);
  };

  const callback: RequestHandler = async (req, res) => {
    const address = addressOf(req);
    try {
      await deps.guesses.open(address);
      const begun = stateCookie.take(req, res);
      if (begun === null)
        throw new DomainError('singleSignOnRefused', 'the log-in took too long or began in another browser');
      const seconds = (clock.now().getTime() - begun.begun) / 1_000;
      const completed = await provider.complete(new URL(originOf(req) + req.originalUrl), begun, seconds);
      await deps.guesses.close(address);
      if (begun.connects !== null) await connect(req, res, completed, begun.connects);
      else if (begun.confirms !== null) await confirm(req, res, completed, begun.confirms);
      else await logIn(req, res, completed);
    } catch (error) {
      await sessionAudit.refused(req, 'single sign-on', error, 'oidc');
      sayWhy(req, res, error);
    }
  };

  const logIn = async (req: Request, res: Response, completed: CompletedLogin): Promise<void> => {
    const signedIn = await oidc.signIn.signIn(completed, actorOf(req));
    const { subject, sid, idToken, authTime } = completed;
    const there = { issuer: oidc.issuer, subject, sid, idToken };
    const proof = proofOf(completed);
    if (signedIn.account.hasSecondFactor && proof.secondFactor === null) {
      await beginPendingLogin(req, signedIn, { ...proof, oidc: there }, clock);
      res.redirect(303, paths.secondStep);
      return;
    }
    await sessionAudit.loggedIn(req, signedIn.account, proof);
    await beginSession(req, signedIn, proof, clock);
    // The session may have begun silently, from an old one at the provider.
    Object.assign(req.session, { oidc: there, proven: authTime ?? 0 });
    const { address } = returnToOf(req);
    forgetReturnTo(req, res);
    leadTo(req, res, address ?? paths.home);
  };

  const demandSame = (req: Request, accountId: string): void => {
    if (contextOf(req).identity?.account.accountId !== accountId)
      throw new DomainError('singleSignOnRefused', 'another account is logged in by now');
  };

  const connect = async (
    req: Request,
    res: Response,
    completed: CompletedLogin,
    accountId: string,
  ): Promise<void> => {
    demandSame(req, accountId);
    await oidc.signIn.connect(completed, accountId, actorOf(req));
    flash(req, `The account is connected with ${oidc.name}.`);
    leadTo(req, res, paths.ownAccount);
  };

  const confirm = async (
    req: Request,
    res: Response,
    completed: CompletedLogin,
    accountId: string,
  ): Promise<void> => {
    demandSame(req, accountId);
    if (!(await oidc.signIn.isOwner(completed, accountId)))
      throw new DomainError('singleSignOnRefused', 'another account has logged in at the provider');
    const { path = paths.ownAccount, fields = {} } = req.session.wanted ?? {};
    delete req.session.wanted;
    const now = clock.now().getTime();
    if (identityOf(req).account.hasSecondFactor && !completed.isStrong) req.session.provenThere = now;
    else {
      req.session.proven = now;
      await sessionAudit.confirmed(req, 'single sign-on');
    }
    await deps.confirm.show(req, res, { path, fields }, null, 200);
  };

  /** On the log-in page, where it can be tried again. @throws whatever nobody foresaw */
  const sayWhy = (req: Request, res: Response, error: unknown): void => {
    if (!(error instanceof DomainError)) throw error;
    log.warn({ err: error, requestId: contextOf(req).requestId }, 'single sign-on was refused');
    contextOf(req).errorCode = error.entry.code;
    setRetryAfter(res, error);
    const page = loginPage({
      ...{ login: '', lost: null, singleSignOn: oidc.name },
      fault: `${error.entry.desc}: ${error.detail}.`,
    });
    sendPage(req, res, 'login/login', page, error.entry.status);
  };

  return {
    begin,
    connect: connectOwn,
    confirm: confirmOwn,
    callback,

    /** The provider tells it by itself, from server to server. */
    backchannel: (async (req, res) => {
      const { logout_token: token } = req.body as { logout_token?: unknown };
      if (typeof token !== 'string') throw new DomainError('badLogoutToken', 'logout_token is missing');
      const whose = await provider.readLogoutToken(token);
      const count = await deps.accountIdentities.endSessions(
        { issuer: oidc.issuer, ...whose },
        { ...actorOf(req), login: 'single sign-on' },
      );
      log.info({ count, requestId: contextOf(req).requestId }, 'the provider ended sessions');
      res.json({});
    }) satisfies RequestHandler,

    /** @returns whether the answer leads on to the log-out there */
    logOutThere: async (req: Request, res: Response): Promise<boolean> => {
      const { oidc: begun } = req.session;
      if (begun === undefined) return false;
      const url = await provider.endSessionUrl(begun.idToken, originOf(req) + paths.login);
      if (url === null) return false;
      await endSession(req, res);
      delete contextOf(req).identity;
      leadAway(req, res, url, `Log out at ${oidc.name} too`);
      return true;
    },
  };
}

/** Not a redirect of the form: browsers hold it against the policy for forms, whose only target is this site. */
function leadAway(req: Request, res: Response, { href }: URL, text: string): void {
  res.set('Refresh', `0; url=${href}`);
  sendPage(req, res, 'login/onward', onwardPage({ text, href }));
}

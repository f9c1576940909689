import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Stores } from '../../../db/stores.ts';
import { DomainError } from '../../../domain/errors.ts';
import { onwardPage } from '../../../views/pages/login/onward.ts';
import { loginPage } from '../../../views/pages/login/login.ts';
import { paths } from '../../../views/paths.ts';
import { flash, leadTo, sendPage } from '../../html/pageAnswer.ts';
import { forgetReturnTo, returnToOf } from '../../html/returnTo.ts';
import type { Clock } from '../../http/instants.ts';
import { setRetryAfter } from '../../http/middleware/errorHandler.ts';
import { actorOf, addressOf, contextOf, identityOf, originOf } from '../../http/requestContext.ts';
import type { Guesses } from '../auth/guesses.ts';
import type { SessionAudit } from '../auth/sessionAudit.ts';
import { beginSession, endSession, type Proof } from '../auth/sessionCookie.ts';
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
  }
}

export interface OidcPagesDeps {
  readonly oidc: {
    readonly provider: OidcProvider;
    readonly signIn: ReturnType<typeof createOidcSignIn>;
    readonly issuer: string;
    readonly name: string;
    readonly secret: string;
  };
  readonly accountIdentities: Pick<Stores['accountIdentities'], 'endSessions' | 'ofAccount'>;
  readonly sessionAudit: SessionAudit;
  readonly guesses: Guesses;
  readonly clock: Clock;
  readonly log: Logger;
}

// What else it has asked for is the provider's business.
const proof: Proof = { how: 'oidc', secondFactor: null, hasDefaultPassword: false };

/** Log-in at an OpenID provider, and log-out by either side. */
export function oidcPages(deps: OidcPagesDeps) {
  const { oidc, sessionAudit, clock, log } = deps;
  const { provider } = oidc;
  const stateCookie = createStateCookie(oidc.secret, () => clock.now());

  const begin: RequestHandler = async (req, res) => {
    try {
      const { url, checks } = await provider.begin(originOf(req) + paths.oidcCallback);
      stateCookie.write(req, res, { ...checks, connects: null });
      res.redirect(302, url.href);
    } catch (error) {
      sayWhy(req, res, error);
    }
  };

  /** By a form: whoever could start this for somebody else could connect themselves with the account. */
  const connectOwn: RequestHandler = async (req, res) => {
    const { url, checks } = await provider.begin(originOf(req) + paths.oidcCallback);
    stateCookie.write(req, res, { ...checks, connects: identityOf(req).account.accountId });
    leadAway(req, res, url, `Continue at ${oidc.name}`);
  };

  const callback: RequestHandler = async (req, res) => {
    const address = addressOf(req);
    try {
      await deps.guesses.open(address);
      const begun = stateCookie.take(req, res);
      if (begun === null)
        throw new DomainError('singleSignOnRefused', 'the log-in took too long or began in another browser');
      const completed = await provider.complete(new URL(originOf(req) + req.originalUrl), begun);
      await deps.guesses.close(address);
      if (begun.connects === null) await logIn(req, res, completed);
      else await connect(req, res, completed, begun);
    } catch (error) {
      await sessionAudit.refused(req, 'single sign-on', error, 'oidc');
      sayWhy(req, res, error);
    }
  };

  const logIn = async (req: Request, res: Response, completed: CompletedLogin): Promise<void> => {
    const { account, fingerprint } = await oidc.signIn.signIn(completed, actorOf(req));
    await sessionAudit.loggedIn(req, account, proof);
    await beginSession(req, { account, fingerprint }, proof, clock);
    const { subject, sid, idToken } = completed;
    req.session.oidc = { issuer: oidc.issuer, subject, sid, idToken };
    const { address } = returnToOf(req);
    forgetReturnTo(req, res);
    leadTo(req, res, address ?? paths.home);
  };

  const connect = async (
    req: Request,
    res: Response,
    completed: CompletedLogin,
    { connects }: BegunLogin,
  ): Promise<void> => {
    if (connects === null || contextOf(req).identity?.account.accountId !== connects)
      throw new DomainError('singleSignOnRefused', 'another account is logged in by now');
    await oidc.signIn.connect(completed, connects, actorOf(req));
    flash(req, `The account is connected with ${oidc.name}.`);
    leadTo(req, res, paths.ownAccount);
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

import type { Request, RequestHandler, Response } from 'express';
import { demandAdministrator } from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import { formatDuration } from '../../../views/assets/words.js';
import { loginPage } from '../../../views/pages/login/login.ts';
import { paths } from '../../../views/paths.ts';
import { TooManyLoginsError } from '../auth/loginLimit.ts';
import type { LoginDeps } from '../loginJson.ts';
import { beginPendingLogin } from '../auth/pendingLogin.ts';
import { beginSession, endSession, passwordProof } from '../auth/sessionCookie.ts';
import { addressOf, contextOf } from '../../http/requestContext.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, sendPage } from '../../html/pageAnswer.ts';
import { forgetReturnTo, returnToOf } from '../../html/returnTo.ts';

export interface LoginPagesDeps extends Pick<LoginDeps, 'authenticator' | 'sessionAudit' | 'clock'> {
  /** The name of the OpenID provider; null: there is none. */
  readonly singleSignOn: string | null;
  logOutThere(req: Request, res: Response): Promise<boolean>;
}

export function loginPages(deps: LoginPagesDeps) {
  const { authenticator, sessionAudit, clock, singleSignOn } = deps;

  const form: RequestHandler = (req, res) => {
    if (contextOf(req).identity !== undefined) res.redirect(302, paths.home);
    else
      sendPage(
        req,
        res,
        'login/login',
        loginPage({ login: '', fault: null, lost: returnToOf(req).lost, singleSignOn }),
      );
  };

  const logIn: RequestHandler = async (req, res) => {
    const { login = '', password = '' } = fieldsOf(req.body);
    try {
      const signedIn = await authenticator.byPassword(login.trim(), password, addressOf(req));
      const { account } = signedIn;
      demandAdministrator(account);
      const proof = passwordProof(account.login, password);
      if (account.hasSecondFactor) {
        await beginPendingLogin(req, signedIn, proof, clock);
        res.redirect(303, paths.secondStep);
        return;
      }
      await sessionAudit.loggedIn(req, account);
      await beginSession(req, signedIn, proof, clock);
      forgetReturnTo(req, res);
      leadTo(req, res, returnToOf(req).address ?? paths.home);
    } catch (error) {
      await sessionAudit.refused(req, login.trim(), error, 'password');
      const { words: fault, status } = refusedLogin(req, res, error);
      sendPage(req, res, 'login/login', loginPage({ login, fault, lost: null, singleSignOn }), status);
    }
  };

  const logOut: RequestHandler = async (req, res) => {
    await sessionAudit.loggedOut(req);
    if (await deps.logOutThere(req, res)) return;
    await endSession(req, res);
    res.redirect(303, paths.login);
  };

  return { form, logIn, logOut };
}

/** What the page of a refused log-in says, and its status. @throws the error if it is a page of its own */
export function refusedLogin(req: Request, res: Response, error: unknown) {
  const words = faultOfLogin(error);
  if (words === null || !(error instanceof DomainError)) throw error;
  if (error instanceof TooManyLoginsError) res.set('Retry-After', String(error.retryAfterSeconds));
  contextOf(req).errorCode = error.entry.code;
  return { words, status: error.entry.status, isWrong: error.error === 'loginNotFound' };
}

/** What is said in the form itself, which can be sent again; null: the error is a page of its own. */
export function faultOfLogin(error: unknown): string | null {
  if (error instanceof TooManyLoginsError) {
    return `Too many failed log-ins. Try again in ${formatDuration(error.retryAfterSeconds)}.`;
  }
  if (!(error instanceof DomainError)) return null;
  if (error.error === 'tooManyRequests')
    return 'The service is busy checking passwords. Try again in a moment.';
  return error.error === 'loginNotFound' ? 'The login or password is incorrect.' : null;
}

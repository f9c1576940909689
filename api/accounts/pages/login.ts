import type { Request, RequestHandler, Response } from 'express';
import { mayUseService } from '../../../domain/accounts/account.ts';
import { DomainError } from '../../../domain/errors.ts';
import { formatDuration } from '../../../views/assets/words.js';
import { loginPage } from '../../../views/pages/login/login.ts';
import { passwordPage } from '../../../views/pages/login/password.ts';
import { paths } from '../../../views/paths.ts';
import { TooManyLoginsError } from '../auth/loginLimit.ts';
import type { LoginDeps } from '../loginJson.ts';
import { beginSession, endSession } from '../auth/sessionCookie.ts';
import { actorOf, addressOf, contextOf, identityOf } from '../../http/requestContext.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { forgetReturnTo, returnToOf } from '../../html/returnTo.ts';

export interface LoginPagesDeps extends LoginDeps, Pick<PageSources, 'contract'> {
  /** The name of the OpenID provider; null: there is none. */
  readonly singleSignOn: string | null;
  logOutThere(req: Request, res: Response): Promise<boolean>;
}

export function loginPages(deps: LoginPagesDeps) {
  const { singleSignOn } = deps;
  const { authenticator, accountActions, contract, sessionAudit, clock } = deps;
  const checkPassword = bodyCheck(contract, 'patch', '/login');

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
      const { account, fingerprint } = await authenticator.byPassword(login.trim(), password, addressOf(req));
      if (!mayUseService(account)) {
        throw new DomainError('forbidden', `${account.login} is not an administrator`);
      }
      await sessionAudit.loggedIn(req, account);
      await beginSession(req, account, fingerprint, password, clock);
      forgetReturnTo(res);
      leadTo(req, res, returnToOf(req).address ?? paths.home);
    } catch (error) {
      await sessionAudit.refused(req, login.trim(), error);
      const fault = faultOf(error);
      if (fault === null || !(error instanceof DomainError)) throw error;
      if (error instanceof TooManyLoginsError) res.set('Retry-After', String(error.retryAfterSeconds));
      contextOf(req).errorCode = error.entry.code;
      sendPage(
        req,
        res,
        'login/login',
        loginPage({ login, fault, lost: null, singleSignOn }),
        error.entry.status,
      );
    }
  };

  const logOut: RequestHandler = async (req, res) => {
    await sessionAudit.loggedOut(req);
    if (await deps.logOutThere(req, res)) return;
    await endSession(req, res);
    res.redirect(303, paths.login);
  };

  const passwordForm: RequestHandler = (req, res) => {
    sendPage(req, res, 'login/password', passwordPage({ login: identityOf(req).account.login }));
  };

  const changePassword: RequestHandler = async (req, res) => {
    const { account } = identityOf(req);
    const { password = '', again = '' } = fieldsOf(req.body);
    try {
      if (password !== again)
        throw new DomainError('validationFailed', { path: 'again', message: 'not the same as above' });
      checkPassword({ password });
      const fingerprint = await accountActions.changePassword(account, password, actorOf(req));
      await beginSession(req, account, fingerprint, password, clock);
      flash(req, 'The password was changed. Other sessions have ended.');
      leadTo(req, res, paths.home);
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      const page = passwordPage({ login: account.login, typed: { values: {}, faults: faultsOf(error) } });
      sendPage(req, res, 'login/password', page, 400);
    }
  };

  return { form, logIn, logOut, passwordForm, changePassword };
}

/** What is said in the form itself, which can be sent again; null: the error is a page of its own. */
function faultOf(error: unknown): string | null {
  if (error instanceof TooManyLoginsError) {
    return `Too many failed log-ins. Try again in ${formatDuration(error.retryAfterSeconds)}.`;
  }
  if (!(error instanceof DomainError)) return null;
  if (error.error === 'tooManyRequests')
    return 'The service is busy checking passwords. Try again in a moment.';
  return error.error === 'loginNotFound' ? 'The login or password is incorrect.' : null;
}

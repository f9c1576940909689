import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { nothingTyped, type Typed } from '../../../views/components/field/field.ts';
import { passwordPage } from '../../../views/pages/login/password.ts';
import { paths } from '../../../views/paths.ts';
import { beginSession, proofWith } from '../auth/sessionCookie.ts';
import type { LoginDeps } from '../loginJson.ts';
import { actorOf, addressOf, identityOf } from '../../http/requestContext.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { faultOfLogin } from './login.ts';

type PasswordDeps = Pick<LoginDeps, 'authenticator' | 'accountActions' | 'sessionAudit' | 'clock'> &
  Pick<PageSources, 'passwordRules'>;

/** One's own password: the old one is asked for, and the new one has to be strong. */
export function passwordPages(deps: PasswordDeps) {
  const { authenticator, accountActions, sessionAudit, passwordRules, clock } = deps;
  const show = (req: Request, res: Response, typed: Typed = nothingTyped, status = 200): void => {
    const { login, mustChangePassword } = identityOf(req).account;
    sendPage(req, res, 'login/password', passwordPage({ login, mustChangePassword, typed }), status);
  };

  const form: RequestHandler = (req, res) => {
    show(req, res);
  };

  /** @throws DomainError for whatever is wrong with one of the three */
  const change = async (req: Request, old: string, password: string, again: string): Promise<number> => {
    const { account } = identityOf(req);
    if (password !== again) throw fault('again', 'not the same as above');
    if (password === old) throw fault('password', 'is the present one');
    const score = await passwordRules.demandStrong(account.login, password);
    await authenticator.byPassword(account.login, old, addressOf(req)).catch(async (error: unknown) => {
      await sessionAudit.refused(req, account.login, error, 'present password');
      throw error;
    });
    const fingerprint = await accountActions.changePassword(account, password, actorOf(req));
    await beginSession(req, { account, fingerprint }, proofWith(req, account.login, password), clock);
    return score;
  };

  const take: RequestHandler = async (req, res) => {
    const { current_password: old = '', password = '', again = '' } = fieldsOf(req.body);
    try {
      const score = await change(req, old, password, again);
      flash(req, `The password was changed; its strength is ${score} of 4. Other sessions have ended.`);
      leadTo(req, res, paths.home);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const words = error.error === 'loginNotFound' ? 'not the present password' : faultOfLogin(error);
      if (words === null && error.entry.status !== 400) throw error;
      const faults = words === null ? faultsOf(error) : { current_password: words };
      show(req, res, { values: {}, faults }, 400);
    }
  };

  return { form, change: take };
}

function fault(path: string, message: string): DomainError {
  return new DomainError('validationFailed', { path, message });
}

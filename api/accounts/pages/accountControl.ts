import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { oneTimePasswordPage } from '../../../views/pages/accounts/oneTimePassword.ts';
import { paths } from '../../../views/paths.ts';
import { actorOf, identityOf } from '../../http/requestContext.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { leadTo, flash, sendPage } from '../../html/pageAnswer.ts';
import { uuidOf } from '../../html/uuidOf.ts';
import { endSession } from '../auth/sessionCookie.ts';

const reasonAtMost = 1_000;

/** What an administrator does to an account: reset its password, disable and enable it. */
export function accountControlPages({
  accountActions,
  accountQueries,
}: Pick<PageSources, 'accountActions' | 'accountQueries'>) {
  const resetPassword: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    const found = await accountQueries.find(accountId);
    if (found === null) throw new DomainError('accountNotFound', `account ${accountId}`);
    const { login } = found.account;
    const password = await accountActions.resetPassword(accountId, actorOf(req));
    // Not behind a 303: the password would have to be kept somewhere until then.
    sendPage(req, res, 'accounts/oneTimePassword', oneTimePasswordPage({ accountId, login, password }));
  };

  const setDisabled =
    (disabled: boolean): RequestHandler =>
    async (req, res) => {
      const accountId = uuidOf(req, 'account_id');
      try {
        await accountActions.setDisabled(accountId, disabled, actorOf(req));
        flash(
          req,
          disabled ? 'The account was disabled. Its sessions have ended.' : 'The account was enabled.',
        );
      } catch (error) {
        if (!(error instanceof DomainError) || error.error !== 'lastAdmin') throw error;
        flash(req, `${error.detail} and cannot be disabled.`, 'bad');
        leadTo(req, res, paths.account(accountId));
        return;
      }
      if (disabled && identityOf(req).account.accountId === accountId) {
        await endSession(req, res);
        res.redirect(303, paths.login);
      } else leadTo(req, res, paths.account(accountId));
    };

  const removeSecondFactor: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    const reason = (fieldsOf(req.body)['reason'] ?? '').trim().slice(0, reasonAtMost);
    if (reason === '') {
      leadTo(req, res, paths.account(accountId, { reason_for: 'second-factor' }));
      return;
    }
    await accountActions.removeSecondFactor(accountId, actorOf(req), reason);
    flash(req, 'The second factor was removed. The sessions of the account have ended.');
    leadTo(req, res, paths.account(accountId));
  };

  return { removeSecondFactor, resetPassword, disable: setDisabled(true), enable: setDisabled(false) };
}

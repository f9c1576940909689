import type { RequestHandler, Router } from 'express';
import { paths } from '../../../views/paths.ts';
import type { PageSources } from '../../html/deps.ts';
import { readServersForm, readStrangersForm } from '../../html/form.ts';
import type { PageRoutes } from '../../html/pageRoutes.ts';
import { asPage, named, onlyForms, onlyHtml } from '../../html/pageSteps.ts';
import type { RateLimits } from '../../http/rateLimit.ts';
import type { LoginQueue } from '../auth/loginQueue.ts';
import type { LoginDeps } from '../loginJson.ts';
import { oidcPages, type OidcPagesDeps } from '../oidc/pages.ts';
import { tokenPages } from '../tokens/pages.ts';
import { accountControlPages } from './accountControl.ts';
import { accountPages } from './accounts.ts';
import { confirmPages } from './confirm.ts';
import { loginPages } from './login.ts';
import { ownAccount } from './ownAccount.ts';
import { passwordPages } from './password.ts';
import { secondFactorPages, type SecondFactorDeps } from './secondFactor.ts';
import { secondStepPages, type SecondStepDeps } from './secondStep.ts';
import { sessionPages } from './sessions.ts';

export interface AccountRoutesDeps
  extends
    PageSources,
    Pick<LoginDeps, 'authenticator' | 'sessionAudit' | 'clock'>,
    Omit<SecondStepDeps, 'singleSignOn'>,
    SecondFactorDeps,
    Omit<OidcPagesDeps, 'oidc' | 'confirm'> {
  /** null: nobody has set one up. */
  readonly oidc: OidcPagesDeps['oidc'] | null;
  readonly session: RequestHandler;
  readonly limits: Pick<RateLimits, 'step'>;
  readonly inTurn: LoginQueue;
}

/** Log-in, one's own account, and the accounts of others. `lookIn`: lets in who is not signed in. */
export function addAccountPages(
  router: Router,
  routes: PageRoutes,
  deps: AccountRoutesDeps,
  lookIn: RequestHandler,
): void {
  const { show, take, showShared, takeShared, pageOnly } = routes;
  const { session, inTurn } = deps;
  const tokens = tokenPages(deps);
  const accounts = accountPages(deps);
  const singleSignOn = deps.oidc?.name ?? null;
  const password = passwordPages(deps);
  const secondStep = secondStepPages({ ...deps, singleSignOn });
  const secondFactor = secondFactorPages(deps);
  const sessions = sessionPages(deps);
  const control = accountControlPages(deps);
  const confirm = confirmPages({ ...deps, singleSignOn });
  const { recently } = confirm;
  const oidc = deps.oidc === null ? null : oidcPages({ ...deps, oidc: deps.oidc, confirm });
  const login = loginPages({
    ...deps,
    singleSignOn,
    logOutThere: (req, res) => oidc?.logOutThere(req, res) ?? Promise.resolve(false),
  });

  router.get(paths.login, onlyHtml, asPage(paths.login), session, lookIn, login.form);
  const strangers = [session, ...readStrangersForm];
  router.post(paths.login, onlyForms, asPage(paths.login), ...strangers, inTurn(login.logIn));
  pageOnly(paths.secondStep, 'get', 'post');
  router.get(paths.secondStep, asPage(paths.secondStep), session, secondStep.form);
  router.post(paths.secondStep, asPage(paths.secondStep), ...strangers, inTurn(secondStep.take));
  pageOnly(paths.passkeyLogin, 'post');
  router.post(paths.passkeyLogin, asPage(paths.passkeyLogin), ...strangers, inTurn(secondStep.byPasskey));
  const challenge = `${paths.passkeyLogin}/options`;
  pageOnly(challenge, 'post');
  router.post(challenge, named(challenge), ...strangers, inTurn(secondStep.challenge));
  show('own', paths.secondFactor, secondFactor.show);
  show('own', paths.secondFactorApp, recently(secondFactor.appForm));
  take('own', paths.secondFactorApp, recently(secondFactor.confirmApp));
  take('own', `${paths.secondFactorApp}/remove`, recently(secondFactor.removeApp));
  take('own', paths.passkeys, recently(secondFactor.addPasskey));
  take('own', `${paths.passkeys}/remove`, recently(secondFactor.removePasskey));
  take('own', paths.recoveryCodes, recently(secondFactor.renewCodes));
  if (oidc !== null) {
    pageOnly(paths.oidc, 'post');
    router.post(paths.oidc, asPage(paths.oidc), ...strangers, deps.limits.step('public'), oidc.begin);
    router.get(paths.oidcCallback, asPage(paths.oidcCallback), session, lookIn, inTurn(oidc.callback));
    router.post(paths.oidcBackchannel, named(paths.oidcBackchannel), readServersForm, oidc.backchannel);
    take('own', paths.oidcConnect, recently(oidc.connect));
    take('own', paths.oidcConfirm, oidc.confirm);
  }
  take('own', paths.logout, login.logOut);
  show('own', paths.ownAccount, ownAccount(deps));
  show('own', paths.tokens, tokens.list);
  take('own', paths.tokens, recently(tokens.create));
  take('own', '/account/tokens/:token_id/revoke', tokens.revoke);
  take('administer', '/accounts/:account_id/tokens/:token_id/revoke', tokens.revokeOfAccount);
  show('own', paths.ownSessions, sessions.own);
  take('own', paths.ownSessions, recently(sessions.endOwn));
  take('own', `${paths.ownSessions}/all`, recently(sessions.endOtherOwn));
  show('own', paths.password, password.form);
  take('own', paths.password, password.change);

  showShared('view', '/accounts', accounts.list);
  takeShared('administer', '/accounts', accounts.create);
  show('administer', paths.newAccount, accounts.form);
  take('administer', paths.newAccount, accounts.create);
  showShared('view', '/accounts/:account_id', accounts.one);
  show('view', '/accounts/:account_id/lists', accounts.lists);
  show('administer', '/accounts/:account_id/edit', accounts.editForm);
  take('administer', '/accounts/:account_id/edit', accounts.edit);
  take('administer', '/accounts/:account_id/remove', accounts.remove);
  take('administer', '/accounts/:account_id/reset-password', recently(control.resetPassword));
  take('administer', '/accounts/:account_id/remove-second-factor', recently(control.removeSecondFactor));
  take('administer', '/accounts/:account_id/disable', control.disable);
  take('administer', '/accounts/:account_id/enable', control.enable);
  show('administer', '/accounts/:account_id/sessions', sessions.ofAccount);
  take('administer', '/accounts/:account_id/sessions', recently(sessions.endOne));
  take('administer', '/accounts/:account_id/sessions/all', recently(sessions.endAll));
}

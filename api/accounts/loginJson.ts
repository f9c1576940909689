import type { Request } from 'express';
import { demandAdministrator } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import { parseBasic, type Authenticator, type SignedIn } from './auth/authenticator.ts';
import type { LoginQueue } from './auth/loginQueue.ts';
import type { SessionAudit } from './auth/sessionAudit.ts';
import { beginSession, endSession, passwordProof, proofWith } from './auth/sessionCookie.ts';
import type { SecondFactorRule } from './secondFactor/rule.ts';
import type { PasswordRules } from './auth/passwordRules.ts';
import type { AccountActions } from './actions.ts';
import type { Clock } from '../http/instants.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, addressOf, identityOf, inputOf } from '../http/requestContext.ts';
import { checkExcludeHeader } from '../http/middleware/authenticate.ts';

export interface LoginDeps {
  readonly authenticator: Authenticator;
  readonly accountActions: Pick<AccountActions, 'changePassword'>;
  readonly passwordRules: Pick<PasswordRules, 'areStrong'>;
  readonly secondFactorRule: Pick<SecondFactorRule, 'refusePasswordAlone'>;
  readonly sessionAudit: SessionAudit;
  readonly clock: Clock;
  readonly inTurn: LoginQueue;
}

interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly header?: string;
}

export function loginRoutes(deps: LoginDeps): Handlers {
  const { accountActions, passwordRules, sessionAudit, clock } = deps;
  const logIn = deps.inTurn(async (req, res) => {
    checkExcludeHeader(req);
    const given = credentialsOf(req);
    const { account, fingerprint } = await signIn(req, given, deps);
    await sessionAudit.loggedIn(req, account);
    await beginSession(req, { account, fingerprint }, passwordProof(account.login, given.password), clock);
    res.json({});
  });

  return {
    checkLogin: (_req, res) => {
      res.type('text/plain').send('Ok');
    },

    logIn,

    changePassword: async (req, res) => {
      const { body } = inputOf<{ body: { password: string; current_password?: string } }>(req);
      const { account, via } = identityOf(req);
      // Basic has just proven it; the manual's cookie alone may change it only under the manual's rules.
      if (body.current_password === undefined && via === 'session' && passwordRules.areStrong)
        throw new DomainError('fieldMissing', { path: 'current_password', message: 'needed by a session' });
      if (body.current_password !== undefined)
        await checkPresent(req, deps, account.login, body.current_password);
      const fingerprint = await accountActions.changePassword(account, body.password, actorOf(req));
      await beginSession(req, { account, fingerprint }, proofWith(req, account.login, body.password), clock);
      res.json({});
    },

    logOut: async (req, res) => {
      await sessionAudit.loggedOut(req);
      await endSession(req, res);
      res.json({});
    },
  };
}

async function signIn(
  req: Request,
  given: Credentials,
  { authenticator, sessionAudit, secondFactorRule }: LoginDeps,
): Promise<SignedIn> {
  try {
    const signedIn =
      given.header === undefined
        ? await authenticator.byPassword(given.login, given.password, addressOf(req))
        : await authenticator.byHeader(given.header, addressOf(req));
    demandAdministrator(signedIn.account);
    secondFactorRule.refusePasswordAlone(signedIn.account);
    return signedIn;
  } catch (error) {
    await sessionAudit.refused(req, given.login, error, given.header === undefined ? 'password' : 'basic');
    throw error;
  }
}

function credentialsOf(req: Request): Credentials {
  const header = req.get('Authorization');
  if (header !== undefined) return { ...parseBasic(header), header };
  const { body } = inputOf<{ body?: { login: string; password: string } }>(req);
  if (body === undefined) throw new DomainError('credentialsNeeded', 'give login and password');
  return body;
}

/** @throws DomainError validationFailed | tooManyRequests */
async function checkPresent(
  req: Request,
  { authenticator, sessionAudit }: LoginDeps,
  login: string,
  password: string,
): Promise<void> {
  try {
    await authenticator.byPassword(login, password, addressOf(req));
  } catch (error) {
    await sessionAudit.refused(req, login, error, 'present password');
    if (!(error instanceof DomainError) || error.error !== 'loginNotFound') throw error;
    const fault = { path: 'current_password', message: 'it is not the present password' };
    throw new DomainError('validationFailed', fault, { cause: error });
  }
}

import type { Request, RequestHandler } from 'express';
import { mayUseService } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import { parseBasic, type Authenticator, type SignedIn } from './auth/authenticator.ts';
import type { SessionAudit } from './auth/sessionAudit.ts';
import { beginSession, endSession } from './auth/sessionCookie.ts';
import type { AccountActions } from './actions.ts';
import type { Clock } from '../http/instants.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, addressOf, identityOf, inputOf } from '../http/requestContext.ts';
import { checkExcludeHeader } from '../http/middleware/authenticate.ts';

export interface LoginDeps {
  readonly authenticator: Authenticator;
  readonly accountActions: Pick<AccountActions, 'changePassword'>;
  readonly sessionAudit: SessionAudit;
  readonly clock: Clock;
}

interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly header?: string;
}

export function loginRoutes({ authenticator, accountActions, sessionAudit, clock }: LoginDeps): Handlers {
  const logIn: RequestHandler = async (req, res) => {
    checkExcludeHeader(req);
    const given = credentialsOf(req);
    const { account, fingerprint } = await signIn(req, given, authenticator, sessionAudit);
    await sessionAudit.loggedIn(req, account);
    await beginSession(req, account, fingerprint, given.password, clock);
    res.json({});
  };

  return {
    checkLogin: (_req, res) => {
      res.type('text/plain').send('Ok');
    },

    logIn,

    changePassword: async (req, res) => {
      const { body } = inputOf<{ body: { password: string } }>(req);
      const { account } = identityOf(req);
      const fingerprint = await accountActions.changePassword(account, body.password, actorOf(req));
      await beginSession(req, account, fingerprint, body.password, clock);
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
  authenticator: Authenticator,
  sessionAudit: SessionAudit,
): Promise<SignedIn> {
  try {
    const signedIn =
      given.header === undefined
        ? await authenticator.byPassword(given.login, given.password, addressOf(req))
        : await authenticator.byHeader(given.header, addressOf(req));
    if (!mayUseService(signedIn.account)) {
      throw new DomainError('forbidden', `${signedIn.account.login} is not an administrator`);
    }
    return signedIn;
  } catch (error) {
    await sessionAudit.refused(req, given.login, error);
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

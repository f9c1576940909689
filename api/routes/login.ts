import type { Request, RequestHandler } from 'express';
import { mayUseService } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Authenticator, SignedIn } from '../auth/authenticator.ts';
import { beginSession, endSession } from '../auth/sessionCookie.ts';
import type { AccountActions } from '../accountActions.ts';
import type { Handlers } from '../jsonRouter.ts';
import { actorOf, identityOf, inputOf } from '../requestContext.ts';
import { checkExcludeHeader } from '../middleware/authenticate.ts';

export interface LoginDeps {
  readonly authenticator: Authenticator;
  readonly accountActions: Pick<AccountActions, 'changePassword'>;
}

export function loginRoutes({ authenticator, accountActions }: LoginDeps): Handlers {
  const logIn: RequestHandler = async (req, res) => {
    checkExcludeHeader(req);
    const { account, fingerprint } = await signIn(req, authenticator);
    if (!mayUseService(account)) {
      throw new DomainError('forbidden', `${account.login} is not an administrator`);
    }
    await beginSession(req, account.accountId, fingerprint);
    res.json({});
  };

  return {
    checkLogin: (_req, res) => {
      res.type('text/plain').send('Ok');
    },

    logIn,

    changePassword: async (req, res) => {
      const { body } = inputOf<{ body: { password: string } }>(req);
      const { accountId } = identityOf(req).account;
      const fingerprint = await accountActions.changePassword(accountId, body.password, actorOf(req));
      await beginSession(req, accountId, fingerprint);
      res.json({});
    },

    logOut: async (req, res) => {
      await endSession(req, res);
      res.json({});
    },
  };
}

async function signIn(req: Request, authenticator: Authenticator): Promise<SignedIn> {
  const header = req.get('Authorization');
  if (header !== undefined) return authenticator.byHeader(header);
  const { body } = inputOf<{ body?: { login: string; password: string } }>(req);
  if (body === undefined) throw new DomainError('credentialsNeeded', 'give login and password');
  return authenticator.byPassword(body.login, body.password);
}

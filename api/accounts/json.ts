import type { Request } from 'express';
import type { Stores } from '../../db/stores.ts';
import type { AccountType } from '../../domain/accounts/account.ts';
import type { Role } from '../../domain/accounts/permission.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AccountActions, Registration } from './actions.ts';
import { demandRecentProof } from './auth/recentProof.ts';
import { endSession } from './auth/sessionCookie.ts';
import type { Clock } from '../http/instants.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { presentAccount, presentAccountStats } from './present.ts';
import { actorOf, identityOf, inputOf } from '../http/requestContext.ts';

export interface AccountsDeps extends Pick<Stores, 'accountQueries'> {
  readonly clock: Clock;
  readonly accountActions: AccountActions;
}

interface AccountInput {
  params: { account_id: string };
}

type AccountOrder = 'disable' | 'enable' | 'reset_password' | 'remove_second_factor' | 'end_sessions';

type RegistrationBody =
  | { login: string; password: string; account_type?: AccountType; description?: string; role?: Role }
  | { email: string; organization_name?: string };

export function accountRoutes({ accountQueries, accountActions, clock }: AccountsDeps): Handlers {
  return {
    getAccounts: async (req, res) => {
      const { query } = inputOf<{ query: { page: number; page_size: number } }>(req);
      const { accounts, count } = await accountQueries.page({ page: query.page, pageSize: query.page_size });
      res.json({ accounts: accounts.map(presentAccount), account_count: count });
    },

    registerAccount: async (req, res) => {
      const accountId = await accountActions.register(registrationOf(req), actorOf(req));
      res.status(201).location(`${req.baseUrl}/accounts/${accountId}`).json({ account_id: accountId });
    },

    getAccount: async (req, res) => {
      const { params } = inputOf<AccountInput>(req);
      const found = await accountQueries.find(params.account_id);
      if (found === null) throw new DomainError('accountNotFound', `account ${params.account_id}`);
      res.json({ info: presentAccount(found.account), stats: presentAccountStats(found.stats) });
    },

    putAccount: async (req, res) => {
      const { params } = inputOf<AccountInput>(req);
      const accountId = await accountActions.register(registrationOf(req), actorOf(req), params.account_id);
      res.status(201).location(`${req.baseUrl}/accounts/${accountId}`).json({ account_id: accountId });
    },

    controlAccount: async (req, res) => {
      const { params, body } = inputOf<AccountInput & { body: { action: AccountOrder; reason?: string } }>(
        req,
      );
      const { account_id: accountId } = params;
      const actor = actorOf(req);
      if (body.action !== 'disable' && body.action !== 'enable') demandRecentProof(req, clock);
      if (body.action === 'reset_password') {
        res.json({ password: await accountActions.resetPassword(accountId, actor) });
        return;
      }
      if (body.action === 'end_sessions') await accountActions.endSessions(accountId, actor);
      else if (body.action === 'remove_second_factor')
        await accountActions.removeSecondFactor(accountId, actor, body.reason);
      else await accountActions.setDisabled(accountId, body.action === 'disable', actor);
      res.json({});
    },

    removeAccount: async (req, res) => {
      const { params } = inputOf<AccountInput>(req);
      await accountActions.remove(params.account_id, actorOf(req));
      const { account, via } = identityOf(req);
      if (via === 'session' && account.accountId === params.account_id) await endSession(req, res);
      res.json({});
    },
  };
}

function registrationOf(req: Request): Registration {
  const { body } = inputOf<{ body: RegistrationBody }>(req);
  if ('email' in body) {
    const { email, organization_name: description = '' } = body;
    return { login: email, password: email, description, isLegacy: true };
  }
  const { login, password, account_type, description, role } = body;
  return {
    login,
    password,
    ...(account_type === undefined ? {} : { accountType: account_type }),
    ...(description === undefined ? {} : { description }),
    ...(role === undefined ? {} : { role }),
  };
}

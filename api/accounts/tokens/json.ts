import type { Handlers } from '../../http/jsonRouter.ts';
import type { Clock } from '../../http/instants.ts';
import { demand } from '../../http/middleware/allow.ts';
import { actorOf, identityOf, inputOf } from '../../http/requestContext.ts';
import { demandRecentProof } from '../auth/recentProof.ts';
import type { ApiTokenBody, TokenActions } from './actions.ts';
import { presentApiToken } from './present.ts';

interface TokenDeps {
  readonly tokenActions: TokenActions;
  readonly clock: Clock;
}

export function tokenRoutes({ tokenActions, clock }: TokenDeps): Handlers {
  return {
    getApiTokens: async (req, res) => {
      const identity = identityOf(req);
      const { account_id: asked } = inputOf<{ query: { account_id?: string } }>(req).query;
      const accountId = asked ?? identity.account.accountId;
      if (accountId !== identity.account.accountId) demand(identity, 'administer');
      res.json({ tokens: (await tokenActions.list(accountId)).map(presentApiToken) });
    },

    createApiToken: async (req, res) => {
      demandRecentProof(req, clock);
      const { body } = inputOf<{ body: ApiTokenBody }>(req);
      const { row, token } = await tokenActions.create(body, identityOf(req), actorOf(req));
      res.status(201).json({ token_id: row.tokenId, expire_time: row.expireTime.toISOString(), token });
    },

    revokeApiToken: async (req, res) => {
      const { account, permissions } = identityOf(req);
      const { token_id: tokenId } = inputOf<{ params: { token_id: string } }>(req).params;
      await tokenActions.revoke(
        tokenId,
        permissions.has('administer') ? null : account.accountId,
        actorOf(req),
      );
      res.json({});
    },
  };
}

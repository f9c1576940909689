import type { RequestHandler } from 'express';
import type { Stores } from '../../../db/stores.ts';
import { ownAccountPage } from '../../../views/pages/account/account.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { identityOf } from '../../http/requestContext.ts';

interface OwnAccountDeps {
  readonly accountIdentities: Pick<Stores['accountIdentities'], 'ofAccount'>;
  /** null: there is no OpenID provider. */
  readonly oidc: { readonly name: string } | null;
}

/** The account of whoever is signed in. */
export function ownAccount({ accountIdentities, oidc }: OwnAccountDeps): RequestHandler {
  return async (req, res) => {
    const { account, permissions } = identityOf(req);
    const { accountId, login, role } = account;
    const connections =
      oidc === null ? [] : (await accountIdentities.ofAccount(accountId)).map(({ subject }) => subject);
    const singleSignOn = oidc === null ? null : { name: oidc.name, connections };
    sendPage(req, res, 'account/account', ownAccountPage({ login, role, permissions, singleSignOn }));
  };
}

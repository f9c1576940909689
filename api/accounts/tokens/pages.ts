import type { Request, RequestHandler, Response } from 'express';
import { roles } from '../../../domain/accounts/permission.ts';
import { DomainError } from '../../../domain/errors.ts';
import { tokensPage, type TokensInput } from '../../../views/pages/account/tokens.ts';
import { paths } from '../../../views/paths.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { flash, leadTo, sendPage } from '../../html/pageAnswer.ts';
import { uuidOf } from '../../html/uuidOf.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import { actorOf, identityOf, originOf } from '../../http/requestContext.ts';
import type { ApiTokenBody } from './actions.ts';
import { presentApiToken } from './present.ts';

type Sources = Pick<PageSources, 'tokenActions' | 'contract' | 'clock'>;

/** The tokens of whoever is signed in, and those of an account for who administers it. */
export function tokenPages({ tokenActions, contract, clock }: Sources) {
  const check = bodyCheck(contract, 'post', '/tokens');

  const show = async (
    req: Request,
    res: Response,
    more: Pick<TokensInput, 'made' | 'typed'>,
    status = 200,
  ): Promise<void> => {
    const { account, permissions } = identityOf(req);
    const tokens = (await tokenActions.list(account.accountId)).map(presentApiToken);
    const page = tokensPage({ tokens, permissions, now: clock.now(), origin: originOf(req), ...more });
    sendPage(req, res, 'account/tokens', page, status);
  };

  const list: RequestHandler = (req, res) => show(req, res, {});

  const create: RequestHandler = async (req, res) => {
    const values = fieldsOf(req.body);
    try {
      const body = bodyOf(values);
      check(body);
      const { token } = await tokenActions.create(body, identityOf(req), actorOf(req));
      await show(req, res, { made: token }, 201);
    } catch (error) {
      if (!(error instanceof DomainError) || error.entry.status !== 400) throw error;
      const faults = Object.fromEntries(
        Object.entries(faultsOf(error)).map(([path, message]) => [path.replace(/\..*/, ''), message]),
      );
      await show(req, res, { typed: { values, faults } }, 400);
    }
  };

  const revoke: RequestHandler = async (req, res) => {
    await tokenActions.revoke(uuidOf(req, 'token_id'), identityOf(req).account.accountId, actorOf(req));
    flash(req, 'The token was revoked.');
    leadTo(req, res, paths.tokens);
  };

  const revokeOfAccount: RequestHandler = async (req, res) => {
    const accountId = uuidOf(req, 'account_id');
    await tokenActions.revoke(uuidOf(req, 'token_id'), accountId, actorOf(req));
    flash(req, 'The token was revoked.');
    leadTo(req, res, paths.account(accountId));
  };

  return { list, create, revoke, revokeOfAccount };
}

function bodyOf(values: Readonly<Record<string, string>>): ApiTokenBody {
  const role = roles.find((known) => known === values['role']);
  const words = (name: string) => (values[name] ?? '').split(/[\s,]+/).filter((word) => word !== '');
  return {
    name: (values['name'] ?? '').trim(),
    ...(role === undefined ? {} : { role }),
    operations: words('operations'),
    networks: words('networks'),
    expires_in_days: Number(values['expires_in_days'] ?? 90),
  };
}

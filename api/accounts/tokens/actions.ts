import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { v7 as newUuid } from 'uuid';
import type { ApiTokenRow } from '../../../db/accounts/apiTokens.ts';
import type { Stores } from '../../../db/stores.ts';
import { toApiToken } from '../../../domain/accounts/apiToken.ts';
import { permissionsOf, type Role } from '../../../domain/accounts/permission.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { ContractPath } from '../../http/contract/contract.ts';
import type { Identity, Caller } from '../../http/requestContext.ts';
import { hashOf } from '../auth/tokenAuthenticator.ts';

/** A token as a client asks for it. */
export interface ApiTokenBody {
  readonly name: string;
  /** Without one: that of the account. */
  readonly role?: Role;
  readonly operations?: readonly string[];
  readonly networks?: readonly string[];
  readonly expires_in_days?: number;
}

const defaultLifeDays = 90;

export interface TokenActionsDeps {
  readonly apiTokens: Stores['apiTokens'];
  readonly contract: readonly ContractPath[];
}

export type TokenActions = ReturnType<typeof createTokenActions>;

/** What accounts do with their API tokens, and administrators with those of others. */
export function createTokenActions({ apiTokens, contract }: TokenActionsDeps) {
  const operations = new Set(
    contract.flatMap(({ operations: all }) =>
      all.filter(({ permission }) => permission !== null).map(({ id }) => id),
    ),
  );
  return {
    list: (accountId: string): Promise<ApiTokenRow[]> => apiTokens.list(accountId),

    /** @returns the token too, which cannot be read again. @throws DomainError validationFailed | tooManyApiTokens */
    create: async (
      body: ApiTokenBody,
      { account, permissions }: Identity,
      actor: Caller,
    ): Promise<{ readonly row: ApiTokenRow; readonly token: string }> => {
      const { role = account.role } = body;
      const isMore = [...permissionsOf(role, false)].some((name) => !permissions.has(name));
      if (isMore) throw fault('role', `is more than your own role, ${account.role}`);
      body.operations?.forEach((id, at) => {
        if (!operations.has(id)) throw fault(`operations.${at}`, `${id} is no operation that needs a token`);
      });
      body.networks?.forEach((network, at) => {
        if (!isNetwork(network))
          throw fault(`networks.${at}`, `${network} is no address or network such as 10.0.0.0/8`);
      });
      const token = toApiToken(randomBytes(32));
      const row = await apiTokens.create(
        {
          ...{ tokenId: newUuid(), accountId: account.accountId, name: body.name, role, hash: hashOf(token) },
          operations: listOf(body.operations),
          networks: listOf(body.networks),
          lifeDays: body.expires_in_days ?? defaultLifeDays,
        },
        actor,
      );
      return { row, token };
    },

    /** `ofAccount`: null for whoever may revoke that of any account. @throws DomainError apiTokenNotFound */
    revoke: (tokenId: string, ofAccount: string | null, actor: Caller): Promise<void> =>
      apiTokens.revoke(tokenId, ofAccount, actor),
  };
}

function listOf(given: readonly string[] | undefined): readonly string[] | null {
  return given === undefined || given.length === 0 ? null : given;
}

function isNetwork(text: string): boolean {
  const [address = '', length, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}

function fault(path: string, message: string): DomainError {
  return new DomainError('validationFailed', { path, message });
}

import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Stores } from '../../../db/stores.ts';
import {
  demandAdministrator,
  mayUseService,
  permissionsOfAccount,
} from '../../../domain/accounts/account.ts';
import { permissionsOfToken } from '../../../domain/accounts/apiToken.ts';
import { permissionsOf } from '../../../domain/accounts/permission.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Identity } from '../../http/requestContext.ts';

export interface TokenAuthenticatorDeps {
  readonly tokenLookUp: Stores['tokenLookUp'];
  readonly accounts: Pick<Stores['accounts'], 'find'>;
  readonly log: Logger;
}

/** The token is right, and is used from outside its networks: it may have been stolen. */
export class TokenElsewhereError extends DomainError {
  readonly token: { readonly tokenId: string; readonly name: string };
  /** Whose it is. */
  readonly login: string;

  constructor({ tokenId, name }: TokenElsewhereError['token'], login: string, address: string) {
    super('notPermitted', `the token ${name} is not valid from ${address}`);
    this.token = { tokenId, name };
    this.login = login;
  }
}

export type TokenAuthenticator = ReturnType<typeof createTokenAuthenticator>;

/** Who sends an API token. Nothing is cached: a token that is revoked counts for no later request. */
export function createTokenAuthenticator({ tokenLookUp, accounts, log }: TokenAuthenticatorDeps) {
  const find = async (text: string, address: string) => {
    const token = await tokenLookUp.find(hashOf(text), address);
    const known = token === null ? null : await accounts.find(token.accountId);
    return token === null || known === null || known.account.disabled
      ? null
      : { token, account: known.account };
  };

  const noteUse = (tokenId: string, address: string): void => {
    tokenLookUp.noteUse(tokenId, address).catch((error: unknown) => {
      log.warn({ err: error, tokenId }, 'the use of an API token could not be noted');
    });
  };

  return {
    /**
     * `login`: whose token it is said to be, where it is sent as the password of Basic.
     * @throws DomainError apiTokenInvalid | loginNotFound | forbidden | notPermitted
     */
    identify: async (text: string, login: string | null, address: string): Promise<Identity> => {
      const found = await find(text, address);
      if (found === null || (login !== null && found.account.login !== login)) {
        throw login === null
          ? new DomainError('apiTokenInvalid', 'it is unknown, expired or revoked')
          : new DomainError('loginNotFound', 'wrong login or password');
      }
      const { token, account } = found;
      demandAdministrator(account);
      if (!token.isInNetwork) throw new TokenElsewhereError(token, account.login, address);
      if (token.isUseOld) noteUse(token.tokenId, address);
      return {
        account,
        via: 'token',
        fingerprint: `token ${token.tokenId}`,
        permissions: permissionsOfToken(permissionsOf(token.role, true), permissionsOfAccount(account)),
        token: {
          ...{ tokenId: token.tokenId, name: token.name },
          operations: token.operations === null ? null : new Set(token.operations),
        },
      };
    },

    /** Whether token and account are still what they were, for an answer that goes on for ever. */
    isStillIn: async ({ account, token }: Identity): Promise<boolean> => {
      if (token === undefined || !(await tokenLookUp.isStillValid(token.tokenId))) return false;
      const known = await accounts.find(account.accountId);
      if (known === null || known.account.disabled) return false;
      return mayUseService(known.account) && known.account.role === account.role;
    },
  };
}

export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

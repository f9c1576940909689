import { v7 as newUuid } from 'uuid';
import type { Stores } from '../../db/stores.ts';
import type { Account, AccountType } from '../../domain/accounts/account.ts';
import type { Role } from '../../domain/accounts/permission.ts';
import type { Passwords } from '../../platform/passwords.ts';
import { fingerprintOf, type Authenticator } from './auth/authenticator.ts';
import { refuseKnownPassword } from './auth/knownPasswords.ts';
import type { Actor } from '../../db/audit/auditStore.ts';

export interface Registration {
  readonly login: string;
  readonly password: string;
  readonly accountType?: AccountType;
  readonly description?: string;
  readonly role?: Role;
  readonly seesPictures?: boolean;
  /** By the form of which the manual says that the e-mail address is the password too. */
  readonly isLegacy?: boolean;
}

export interface AccountActionsDeps {
  readonly accounts: Pick<Stores['accounts'], 'register' | 'change' | 'changePassword' | 'remove'>;
  readonly passwords: Pick<Passwords, 'hash'>;
  readonly authenticator: Pick<Authenticator, 'forget'>;
  /** Whether only this machine can reach the service: elsewhere it does not start beside a password that everybody knows. */
  readonly isLoopback: boolean;
}

export type AccountActions = ReturnType<typeof createAccountActions>;

/** What administrators do to accounts, so that what this process remembers of them stays true. */
export function createAccountActions({ accounts, passwords, authenticator, isLoopback }: AccountActionsDeps) {
  return {
    /** @throws DomainError accountExists | validationFailed, for a password that everybody knows */
    register: async (
      registration: Registration,
      actor: Actor,
      accountId: string = newUuid(),
    ): Promise<string> => {
      const {
        login,
        password,
        accountType = 'advanced_user',
        description = '',
        isLegacy = false,
      } = registration;
      const { role = 'admin', seesPictures = false } = registration;
      if (!(isLegacy && isLoopback)) refuseKnownPassword(login, password);
      const passwordHash = await passwords.hash(password);
      await accounts.register(
        { accountId, login, passwordHash, accountType, description, role, seesPictures },
        actor,
      );
      return accountId;
    },

    /**
     * Ends all sessions of the account; gives the fingerprint that a new one needs.
     * @throws DomainError validationFailed, for a password that everybody knows
     */
    changePassword: async (
      { accountId, login }: Pick<Account, 'accountId' | 'login'>,
      password: string,
      actor: Actor,
    ): Promise<string> => {
      refuseKnownPassword(login, password);
      const passwordHash = await passwords.hash(password);
      await accounts.changePassword(accountId, passwordHash, actor);
      authenticator.forget(accountId);
      return fingerprintOf(passwordHash);
    },

    /**
     * Without a password that stays; another one ends all sessions of the account.
     * @throws DomainError accountNotFound | accountChanged | lastAdmin | validationFailed, for a password that everybody knows
     */
    change: async (
      { accountId, login }: Pick<Account, 'accountId' | 'login'>,
      {
        password,
        ...to
      }: Pick<Account, 'accountType' | 'description' | 'role' | 'seesPictures'> & {
        readonly password?: string;
      },
      actor: Actor,
      seen: number,
    ): Promise<void> => {
      if (password !== undefined) refuseKnownPassword(login, password);
      const hash = password === undefined ? {} : { passwordHash: await passwords.hash(password) };
      await accounts.change(accountId, { ...to, ...hash }, actor, seen);
      authenticator.forget(accountId);
    },

    /** @throws DomainError accountNotFound | lastAdmin */
    remove: async (accountId: string, actor: Actor): Promise<void> => {
      await accounts.remove(accountId, actor);
      authenticator.forget(accountId);
    },
  };
}

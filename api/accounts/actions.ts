import { randomInt } from 'node:crypto';
import { v7 as newUuid } from 'uuid';
import type { Stores } from '../../db/stores.ts';
import type { Account, AccountType } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Role } from '../../domain/accounts/permission.ts';
import type { Passwords } from '../../platform/crypto/passwords.ts';
import { fingerprintOf, type Authenticator } from './auth/authenticator.ts';
import type { PasswordRules } from './auth/passwordRules.ts';
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
  /** Whether the password has to be changed in time; default: with strong rules. */
  readonly expires?: boolean;
}

export interface AccountActionsDeps {
  readonly accounts: Pick<
    Stores['accounts'],
    'find' | 'register' | 'change' | 'changePassword' | 'resetPassword' | 'setDisabled' | 'remove'
  >;
  readonly sessionQueries: Pick<Stores['sessionQueries'], 'endAll'>;
  readonly secondFactors: Pick<Stores['secondFactors'], 'removeAll'>;
  readonly passwords: Pick<Passwords, 'hash' | 'verify'>;
  readonly authenticator: Pick<Authenticator, 'forget'>;
  readonly passwordRules: Pick<PasswordRules, 'areStrong' | 'demandAllowed'>;
}

export type AccountActions = ReturnType<typeof createAccountActions>;

/** What administrators do to accounts, so that what this process remembers of them stays true. */
export function createAccountActions(deps: AccountActionsDeps) {
  const { accounts, sessionQueries, secondFactors, passwords, authenticator, passwordRules } = deps;
  /** @throws DomainError accountNotFound */
  const demandAccount = async (accountId: string): Promise<void> => {
    if ((await accounts.find(accountId)) === null)
      throw new DomainError('accountNotFound', `account ${accountId}`);
  };

  /** What is temporary must not become lasting. @throws DomainError validationFailed */
  const refusePresent = async (accountId: string, password: string): Promise<void> => {
    const found = await accounts.find(accountId);
    if (found !== null && (await passwords.verify(found.passwordHash, password)))
      throw new DomainError('validationFailed', { path: 'password', message: 'is the present one' });
  };

  return {
    /** @throws DomainError accountExists | validationFailed, for a password that the rules refuse */
    register: async (
      registration: Registration,
      actor: Actor,
      accountId: string = newUuid(),
    ): Promise<string> => {
      const { password, isLegacy, expires = passwordRules.areStrong, ...given } = registration;
      await passwordRules.demandAllowed(given.login, password, isLegacy);
      const passwordHash = await passwords.hash(password);
      const account = { accountType: 'advanced_user', description: '', ...given, accountId } as const;
      await accounts.register({ ...account, passwordHash, temporary: { expires } }, actor);
      return accountId;
    },

    /**
     * Ends all sessions of the account; gives the fingerprint that a new one needs.
     * @throws DomainError validationFailed, for a password that the rules refuse
     */
    changePassword: async (
      { accountId, login, passwordExpiresAt }: Pick<Account, 'accountId' | 'login' | 'passwordExpiresAt'>,
      password: string,
      actor: Actor,
    ): Promise<string> => {
      await passwordRules.demandAllowed(login, password);
      if (passwordExpiresAt !== null) await refusePresent(accountId, password);
      const passwordHash = await passwords.hash(password);
      await accounts.changePassword(accountId, passwordHash, actor);
      authenticator.forget(accountId);
      return fingerprintOf(passwordHash);
    },

    /** @throws DomainError accountNotFound | accountChanged | lastAdmin */
    change: async (
      accountId: string,
      to: Pick<Account, 'accountType' | 'description' | 'role' | 'seesPictures'>,
      actor: Actor,
      seen: number,
    ): Promise<void> => {
      await accounts.change(accountId, to, actor, seen);
      authenticator.forget(accountId);
    },

    /**
     * Ends all sessions of the account; gives the password, which is shown once and has to be changed in time.
     * @throws DomainError accountNotFound
     */
    resetPassword: async (accountId: string, actor: Actor): Promise<string> => {
      const password = oneTimePassword();
      await accounts.resetPassword(accountId, await passwords.hash(password), { expires: true }, actor);
      authenticator.forget(accountId);
      return password;
    },

    /**
     * A disabled account is refused as wrong credentials are, and its sessions end.
     * @throws DomainError accountNotFound | lastAdmin
     */
    setDisabled: async (accountId: string, disabled: boolean, actor: Actor): Promise<void> => {
      await accounts.setDisabled(accountId, disabled, actor);
      authenticator.forget(accountId);
    },

    /**
     * For an owner who has lost it: the password is enough again. Ends all sessions. `reason`: for the audit.
     * @throws DomainError accountNotFound
     */
    removeSecondFactor: async (accountId: string, actor: Actor, reason?: string): Promise<void> => {
      await demandAccount(accountId);
      await secondFactors.removeAll(accountId, actor, reason);
      authenticator.forget(accountId);
    },

    /** @throws DomainError accountNotFound */
    endSessions: async (accountId: string, actor: Actor): Promise<void> => {
      await demandAccount(accountId);
      await sessionQueries.endAll(accountId, null, actor);
    },

    /** @throws DomainError accountNotFound | lastAdmin */
    remove: async (accountId: string, actor: Actor): Promise<void> => {
      await accounts.remove(accountId, actor);
      authenticator.forget(accountId);
    },
  };
}

// Without letters and digits that are taken for each other.
const characters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Seven groups of four characters, 138 bits: to be read out or typed once. */
function oneTimePassword(): string {
  const group = (): string =>
    Array.from({ length: 4 }, () => characters[randomInt(characters.length)]).join('');
  return Array.from({ length: 7 }, group).join('-');
}

import { DomainError } from '../errors.ts';
import { permissionsOf, type Permissions, type Role } from './permission.ts';

export const accountTypes = ['admin', 'advanced_user', 'user'] as const;
export type AccountType = (typeof accountTypes)[number];

export interface Account {
  readonly accountId: string;
  readonly login: string;
  readonly accountType: AccountType;
  readonly description: string;
  /** Of meaning for the type `admin` alone. */
  readonly role: Role;
  /** Whether a viewer is shown pictures of people. */
  readonly seesPictures: boolean;
  /** It cannot be used, and keeps everything that is its own. */
  readonly disabled: boolean;
  /** Another person has chosen or seen its password: at the first log-in on pages it has to be changed. */
  readonly mustChangePassword: boolean;
  /** From then on its password is refused; null: never. */
  readonly passwordExpiresAt: Date | null;
  /** A password alone opens nothing of it. */
  readonly hasSecondFactor: boolean;
  readonly createTime: Date;
  readonly lastUpdateTime: Date;
}

const loginPattern = /^[a-z0-9_'+\-.]+@[a-z0-9]+\.[a-z]{2,}$/;

/** Whether any account could have this login; what a client sends may hold anything. */
export function isLogin(text: string): boolean {
  return text.length >= 3 && text.length <= 128 && loginPattern.test(text);
}

/** This service is for administrators; the other types are customers of the services that it administers. */
export function mayUseService(account: { readonly accountType: AccountType }): boolean {
  return account.accountType === 'admin';
}

/** How long a password counts that another person has set. */
export const temporaryPasswordMs = 72 * 60 * 60 * 1_000;

export function isPasswordExpired(account: Pick<Account, 'passwordExpiresAt'>, now: Date): boolean {
  return account.passwordExpiresAt !== null && account.passwordExpiresAt <= now;
}

/** A session lasts no longer, however much it is used. */
export const sessionAtMostMs = 12 * 60 * 60 * 1_000;

/** And it ends so long after its last request. */
export const sessionIdleSeconds = 30 * 60;

/** What opens an account (factors, tokens, sessions) is changed only so long after its owner has proven to be it. */
export const recentProofMs = 10 * 60 * 1_000;

export function permissionsOfAccount(
  account: Pick<Account, 'accountType' | 'role' | 'seesPictures'>,
): Permissions {
  return mayUseService(account) ? permissionsOf(account.role, account.seesPictures) : new Set();
}

/** @throws DomainError forbidden, for an account that may not use this service */
export function demandAdministrator(account: Pick<Account, 'accountType' | 'login'>): void {
  if (!mayUseService(account)) throw new DomainError('forbidden', `${account.login} is not an administrator`);
}

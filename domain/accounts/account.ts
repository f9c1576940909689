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

export function permissionsOfAccount(
  account: Pick<Account, 'accountType' | 'role' | 'seesPictures'>,
): Permissions {
  return mayUseService(account) ? permissionsOf(account.role, account.seesPictures) : new Set();
}

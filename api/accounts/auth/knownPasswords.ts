import type { Stores } from '../../../db/stores.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Passwords } from '../../../platform/crypto/passwords.ts';
import { defaultAdminPassword } from '../../../platform/settings/settings.ts';

export interface KnownPasswordsDeps {
  readonly accounts: Pick<Stores['accounts'], 'unvetted' | 'setVetted'>;
  readonly passwords: Pick<Passwords, 'verify'>;
}

/** Whether everybody who knows the login knows this password: the one of a first start, or the login again. */
export function isKnownPassword(login: string, password: string): boolean {
  return knownPasswords(login).includes(password.trim().toLowerCase());
}

/** @throws DomainError validationFailed */
export function refuseKnownPassword(login: string, password: string): void {
  if (isKnownPassword(login, password))
    throw new DomainError('validationFailed', { path: 'password', message: 'is public' });
}

/**
 * The logins of accounts that have such a password. Each costs two runs of argon2, some 120 ms, one after the other: so what
 * was found to be a secret is remembered with its hash, and only new passwords are tried at the next start.
 */
export async function findKnownPasswords({ accounts, passwords }: KnownPasswordsDeps): Promise<string[]> {
  const found: string[] = [];
  for (const { accountId, login, passwordHash } of await accounts.unvetted()) {
    let isKnown = false;
    for (const guess of knownPasswords(login)) isKnown ||= await passwords.verify(passwordHash, guess);
    if (isKnown) found.push(login);
    else await accounts.setVetted(accountId, passwordHash);
  }
  return found;
}

function knownPasswords(login: string): string[] {
  return [...new Set([defaultAdminPassword, login, login.toLowerCase()])];
}

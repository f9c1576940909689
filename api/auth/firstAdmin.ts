import { v7 as newId } from 'uuid';
import { ConfigError, isLoopback, type Config } from '../../platform/config.ts';
import type { Passwords } from '../../platform/passwords.ts';
import { defaultAdminPassword } from '../../platform/settings.ts';

export interface FirstAdminDeps {
  readonly config: Pick<Config, 'host' | 'adminLogin' | 'adminPassword'>;
  readonly accounts: {
    hasAccounts(): Promise<boolean>;
    ensureFirstAdmin(admin: {
      readonly accountId: string;
      readonly login: string;
      readonly passwordHash: string;
      readonly accountType: 'admin';
      readonly description: string;
    }): Promise<boolean>;
    findByLogin(login: string): Promise<{ readonly passwordHash: string } | null>;
  };
  readonly passwords: Passwords;
}

/**
 * Creates the administrator of a database without accounts; true when it did.
 * @throws ConfigError when the service can be reached from other machines and its administrator has, or would get,
 *   the password that everybody knows
 */
export async function ensureFirstAdmin({ config, accounts, passwords }: FirstAdminDeps): Promise<boolean> {
  const isNew = !(await accounts.hasAccounts());
  const password = config.adminPassword ?? defaultAdminPassword;
  if (!isLoopback(config.host)) {
    const found = isNew ? null : await accounts.findByLogin(config.adminLogin);
    const isKnown =
      found === null
        ? isNew && password === defaultAdminPassword
        : await passwords.verify(found.passwordHash, defaultAdminPassword);
    if (isKnown) {
      throw new ConfigError([
        `ADMIN_PASSWORD: '${defaultAdminPassword}' is known to everybody, and HOST can be reached from other machines;` +
          ' set another one before the first start, or change it with HOST=127.0.0.1',
      ]);
    }
  }
  if (!isNew) return false;
  return accounts.ensureFirstAdmin({
    accountId: newId(),
    login: config.adminLogin,
    passwordHash: await passwords.hash(password),
    accountType: 'admin',
    description: '',
  });
}

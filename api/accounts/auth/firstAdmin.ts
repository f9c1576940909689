import { v7 as newId } from 'uuid';
import type { Stores } from '../../../db/stores.ts';
import { ConfigError, isLoopback, type Config } from '../../../platform/config.ts';
import type { Passwords } from '../../../platform/passwords.ts';
import { defaultAdminLogin, defaultAdminPassword } from '../../../platform/settings.ts';
import { findKnownPasswords, isKnownPassword, type KnownPasswordsDeps } from './knownPasswords.ts';

export interface FirstAdminDeps {
  readonly config: Pick<Config, 'host' | 'adminLogin' | 'adminPassword'>;
  readonly accounts: KnownPasswordsDeps['accounts'] &
    Pick<Stores['accounts'], 'hasAccounts' | 'ensureFirstAdmin' | 'findByLogin'>;
  readonly passwords: Passwords;
  readonly log?: { warn(fields: object, message: string): void };
}

const namedAtMost = 5;

/**
 * Creates the administrator of a database without accounts; true when it did.
 * @throws ConfigError when the service can be reached from other machines and an account has, or would get, a password that
 *   everybody knows
 */
export async function ensureFirstAdmin(deps: FirstAdminDeps): Promise<boolean> {
  const { config, accounts, passwords, log } = deps;
  const { host, adminLogin, adminPassword = defaultAdminPassword } = config;
  const isNew = !(await accounts.hasAccounts());
  if (isNew) refuseSettings(config);
  if (!isNew && !isLoopback(host)) refuseAccounts(host, await findKnownPasswords(deps));
  if (isNew) {
    return accounts.ensureFirstAdmin({
      accountId: newId(),
      login: adminLogin,
      passwordHash: await passwords.hash(adminPassword),
      accountType: 'admin',
      description: '',
    });
  }
  // The first one may have been removed on purpose; whoever names another expects it to be there.
  if (adminLogin !== defaultAdminLogin && (await accounts.findByLogin(adminLogin)) === null) {
    log?.warn(
      { login: adminLogin },
      'ADMIN_LOGIN was not created: the database already has accounts; npm run create-admin adds another',
    );
  }
  return false;
}

function refuseSettings({
  host,
  adminLogin,
  adminPassword = defaultAdminPassword,
}: FirstAdminDeps['config']) {
  // On loopback the default one is what the first start is known for.
  if (isLoopback(host) && adminPassword === defaultAdminPassword) return;
  if (!isKnownPassword(adminLogin, adminPassword)) return;
  const fault =
    adminPassword === defaultAdminPassword
      ? `'${defaultAdminPassword}' is public, and HOST can be reached from other machines`
      : 'it is the same as ADMIN_LOGIN';
  throw new ConfigError([`ADMIN_PASSWORD: ${fault}; set another one before the first start`]);
}

function refuseAccounts(host: string, logins: readonly string[]): void {
  if (logins.length === 0) return;
  const more = logins.length > namedAtMost ? ` and ${logins.length - namedAtMost} more` : '';
  throw new ConfigError([
    `HOST: ${host} can be reached from other machines, and the password of ${logins.slice(0, namedAtMost).join(', ')}${more}` +
      ` is public ('${defaultAdminPassword}' or the login itself).` +
      ' Change it (npm run set-password -- --login LOGIN), or delete the account',
  ]);
}

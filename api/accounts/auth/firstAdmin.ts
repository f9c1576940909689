import { v7 as newId } from 'uuid';
import type { Stores } from '../../../db/stores.ts';
import { DomainError } from '../../../domain/errors.ts';
import { ConfigError, isLoopback, isPublished, type Config } from '../../../platform/config.ts';
import type { Passwords } from '../../../platform/crypto/passwords.ts';
import { defaultAdminLogin, defaultAdminPassword } from '../../../platform/settings/settings.ts';
import { findKnownPasswords, isKnownPassword, type KnownPasswordsDeps } from './knownPasswords.ts';
import type { PasswordRules } from './passwordRules.ts';

export interface FirstAdminDeps {
  readonly config: Pick<Config, 'host' | 'adminLogin' | 'adminPassword' | 'secureCookies' | 'trustProxy'>;
  readonly accounts: KnownPasswordsDeps['accounts'] &
    Pick<Stores['accounts'], 'hasAccounts' | 'ensureFirstAdmin' | 'findByLogin'>;
  readonly passwords: Passwords;
  readonly passwordRules: Pick<PasswordRules, 'areStrong' | 'demandAllowed'>;
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
  const { adminLogin, adminPassword = defaultAdminPassword } = config;
  const isNew = !(await accounts.hasAccounts());
  if (isNew) await refuseSettings(deps);
  if (!isNew && isPublished(config)) refuseAccounts(config.host, await findKnownPasswords(deps));
  if (isNew) {
    return accounts.ensureFirstAdmin({
      accountId: newId(),
      login: adminLogin,
      passwordHash: await passwords.hash(adminPassword),
      accountType: 'admin',
      description: '',
      // Whoever has deployed the service knows it. On loopback it is what the first start is known for, and what a demo prints.
      ...(isPublished(config) && { temporary: { expires: false } }),
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

/** @throws ConfigError */
async function refuseSettings(deps: FirstAdminDeps): Promise<void> {
  const fault = await faultOfSettings(deps);
  if (fault !== null)
    throw new ConfigError([`ADMIN_PASSWORD: ${fault}; set another one before the first start`]);
}

async function faultOfSettings({ config, passwordRules }: FirstAdminDeps): Promise<string | null> {
  const { adminLogin, adminPassword = defaultAdminPassword } = config;
  if (adminPassword === defaultAdminPassword) {
    const isPublic = `'${defaultAdminPassword}' is public, and`;
    if (isPublished(config)) return `${isPublic} ${reachOf(config.host)}`;
    // On loopback it is what the first start is known for.
    return passwordRules.areStrong ? `${isPublic} PASSWORD_RULES is strong` : null;
  }
  if (isKnownPassword(adminLogin, adminPassword)) return 'it is the same as ADMIN_LOGIN';
  try {
    await passwordRules.demandAllowed(adminLogin, adminPassword);
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.fault !== null) return `it ${error.fault.message}`;
    throw error;
  }
}

/** How other machines reach it. */
function reachOf(host: string): string {
  return isLoopback(host)
    ? 'a proxy publishes the API (TRUST_PROXY, SECURE_COOKIES or TLS_CERT)'
    : 'HOST can be reached from other machines';
}

function refuseAccounts(host: string, logins: readonly string[]): void {
  if (logins.length === 0) return;
  const more = logins.length > namedAtMost ? ` and ${logins.length - namedAtMost} more` : '';
  throw new ConfigError([
    `HOST: ${reachOf(host).replace('HOST', host)}, and the password of ${logins.slice(0, namedAtMost).join(', ')}${more}` +
      ` is public ('${defaultAdminPassword}' or the login itself).` +
      ' Change it (npm run set-password -- --login LOGIN), or delete the account',
  ]);
}

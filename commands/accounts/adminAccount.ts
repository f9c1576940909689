import { v7 as newId } from 'uuid';
import { ensureFirstAdmin, type FirstAdminDeps } from '../../api/accounts/auth/firstAdmin.ts';
import { openPasswordRules } from '../../api/accounts/auth/passwordRules.ts';
import {
  createAccountStore,
  type AccountStore,
  type NewAccount,
  type TemporaryPassword,
} from '../../db/accounts/accountStore.ts';
import { createKnownAccounts, type KnownAccounts } from '../../db/accounts/knownAccounts.ts';
import type { Actor } from '../../db/audit/auditStore.ts';
import { isMigrated } from '../../db/schema/isMigrated.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createRecords } from '../../db/sql/records.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Config } from '../../platform/config.ts';
import { createPasswords } from '../../platform/crypto/passwords.ts';
import { UsageError } from '../cli/options.ts';
import { getAnsweringDatabase } from '../system/databaseUrl.ts';

const commandLine: Actor = { accountId: null, login: 'command line', requestId: null, remoteAddress: null };

/** Creates the first administrator unless there are accounts already; true when it did. */
export async function ensureAdmin(
  config: FirstAdminDeps['config'] & Parameters<typeof openPasswordRules>[0],
  databaseUrl: string,
  log?: FirstAdminDeps['log'],
): Promise<boolean> {
  const passwordRules = await openPasswordRules(config);
  return withAccounts(databaseUrl, (accounts) =>
    ensureFirstAdmin({ config, accounts, passwords: createPasswords(), passwordRules, ...(log && { log }) }),
  );
}

/** Creates an administrator; false when the login is taken. `temporary`: another person knows the password. */
export async function createAdmin(
  databaseUrl: string,
  login: string,
  password: string,
  temporary?: TemporaryPassword,
): Promise<boolean> {
  return withAccounts(databaseUrl, async (accounts) => {
    try {
      await accounts.register(await newAdmin(login, password, temporary), commandLine);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.error === 'accountExists') return false;
      throw error;
    }
  });
}

/** Gives an account another password and ends its sessions; false when nobody has the login. */
export async function setPassword(
  databaseUrl: string,
  login: string,
  password: string,
  temporary?: TemporaryPassword,
): Promise<boolean> {
  return withAccounts(databaseUrl, async (accounts) => {
    const found = await accounts.findByLogin(login);
    if (found === null) return false;
    const { accountId } = found.account;
    const passwordHash = await createPasswords().hash(password);
    if (temporary === undefined) await accounts.changePassword(accountId, passwordHash, commandLine);
    else await accounts.resetPassword(accountId, passwordHash, temporary, commandLine);
    return true;
  });
}

async function newAdmin(
  login: string,
  password: string,
  temporary: TemporaryPassword | undefined,
): Promise<NewAccount> {
  const passwordHash = await createPasswords().hash(password);
  const account = { accountId: newId(), login, passwordHash, accountType: 'admin', description: '' } as const;
  return { ...account, ...(temporary && { temporary }) };
}

async function withAccounts<Result>(
  databaseUrl: string,
  work: (accounts: AccountStore & KnownAccounts) => Promise<Result>,
): Promise<Result> {
  const options = { url: databaseUrl, applicationName: 'luna-admin command', maxConnections: 1 };
  const db = createDatabase(options);
  const records = createRecords(options);
  try {
    return await work({ ...createAccountStore(records), ...createKnownAccounts(db) });
  } finally {
    await Promise.all([db.close(), records.close()]);
  }
}

/** Opens the database for as long as `work` takes, for a command that makes rows of an account. @throws UsageError */
export async function withAccount<Result>(
  config: Config,
  command: string,
  login: string,
  work: (db: Database, accountId: string) => Promise<Result>,
): Promise<Result> {
  const db = createDatabase({
    url: await getAnsweringDatabase(config),
    applicationName: `luna-admin ${command}`,
    maxConnections: 2,
  });
  try {
    if (!(await isMigrated(db))) throw new UsageError('the database is not migrated: npm run migrate');
    const found = await createKnownAccounts(db).findByLogin(login);
    if (found === null) throw new UsageError(`there is no account ${login}`);
    return await work(db, found.account.accountId);
  } finally {
    await db.close();
  }
}

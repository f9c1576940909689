import { v7 as newId } from 'uuid';
import { ensureFirstAdmin, type FirstAdminDeps } from '../../api/accounts/auth/firstAdmin.ts';
import { createAccountStore, type AccountStore, type NewAccount } from '../../db/accounts/accountStore.ts';
import { createKnownAccounts, type KnownAccounts } from '../../db/accounts/knownAccounts.ts';
import type { Actor } from '../../db/audit/auditStore.ts';
import { isMigrated } from '../../db/schema/isMigrated.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { createRecords } from '../../db/sql/records.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Config } from '../../platform/config.ts';
import { createPasswords } from '../../platform/passwords.ts';
import { UsageError } from '../cli/options.ts';
import { getAnsweringDatabase } from '../system/databaseUrl.ts';

const commandLine: Actor = { accountId: null, login: 'command line', requestId: null, remoteAddress: null };

/** Creates the first administrator unless there are accounts already; true when it did. */
export async function ensureAdmin(
  config: Pick<Config, 'host' | 'adminLogin' | 'adminPassword'>,
  databaseUrl: string,
  log?: FirstAdminDeps['log'],
): Promise<boolean> {
  return withAccounts(databaseUrl, (accounts) =>
    ensureFirstAdmin({ config, accounts, passwords: createPasswords(), ...(log && { log }) }),
  );
}

/** Creates an administrator; false when the login is taken. */
export async function createAdmin(databaseUrl: string, login: string, password: string): Promise<boolean> {
  return withAccounts(databaseUrl, async (accounts) => {
    try {
      await accounts.register(await newAdmin(login, password), commandLine);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.error === 'accountExists') return false;
      throw error;
    }
  });
}

/** Gives an account another password and ends its sessions; false when nobody has the login. */
export async function setPassword(databaseUrl: string, login: string, password: string): Promise<boolean> {
  return withAccounts(databaseUrl, async (accounts) => {
    const found = await accounts.findByLogin(login);
    if (found === null) return false;
    await accounts.changePassword(
      found.account.accountId,
      await createPasswords().hash(password),
      commandLine,
    );
    return true;
  });
}

async function newAdmin(login: string, password: string): Promise<NewAccount> {
  const passwordHash = await createPasswords().hash(password);
  return { accountId: newId(), login, passwordHash, accountType: 'admin', description: '' };
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

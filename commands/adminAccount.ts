import { hash } from '@node-rs/argon2';
import { v7 as newId } from 'uuid';
import { recordAudit } from '../db/auditStore.ts';
import { createDatabase, type Database } from '../db/connection.ts';
import { ConfigError, isLoopback, type Config } from '../platform/config.ts';
import { defaultAdminPassword } from '../platform/settings.ts';

// OWASP's first choice for argon2id, with a third pass.
const argon2 = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };

/** Creates the first administrator unless there are accounts already; true when it did. */
export async function ensureAdmin(
  config: Pick<Config, 'host' | 'adminLogin' | 'adminPassword'>,
  databaseUrl: string,
): Promise<boolean> {
  return withDatabase(databaseUrl, async (db) => {
    const [found] = await db.query<{ some: boolean }>('select exists (select from accounts) some');
    if (found?.some === true) return false;
    if (config.adminPassword === undefined && !isLoopback(config.host)) {
      throw new ConfigError(['ADMIN_PASSWORD: required, because HOST can be reached from other machines']);
    }
    return addAdmin(db, config.adminLogin, config.adminPassword ?? defaultAdminPassword);
  });
}

/** Creates an administrator; false when the login is taken. */
export async function createAdmin(databaseUrl: string, login: string, password: string): Promise<boolean> {
  return withDatabase(databaseUrl, (db) => addAdmin(db, login, password));
}

async function addAdmin(db: Database, login: string, password: string): Promise<boolean> {
  const passwordHash = await hash(password, argon2);
  return db.transaction(async (tx) => {
    const [made] = await tx.query<{ account_id: string }>(
      `insert into accounts (account_id, login, password_hash, account_type)
       values ($1, $2, $3, 'admin') on conflict (login) do nothing returning account_id`,
      [newId(), login, passwordHash],
    );
    if (made === undefined) return false;
    await recordAudit(tx, {
      actor: { accountId: null, login: 'command line', requestId: null, remoteAddress: null },
      action: 'account.create',
      objectType: 'account',
      objectId: made.account_id,
      after: { login, account_type: 'admin' },
    });
    return true;
  });
}

async function withDatabase<Result>(
  databaseUrl: string,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const db = createDatabase({ url: databaseUrl, applicationName: 'luna-admin command', maxConnections: 2 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

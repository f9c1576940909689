import { createKnownAccounts } from '../../db/accounts/knownAccounts.ts';
import { createDatabase, type Database } from '../../db/sql/connection.ts';
import { isMigrated } from '../../db/schema/isMigrated.ts';
import type { Config } from '../../platform/config.ts';
import { getAnsweringDatabase } from '../system/databaseUrl.ts';
import { UsageError } from '../cli/options.ts';

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

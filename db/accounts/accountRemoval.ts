import type { Account } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import { advisoryLocks } from '../sql/advisoryLocks.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { endSessions } from './sessionQueries.ts';
import { accountColumns } from './knownAccounts.ts';

/** Removes accounts with all that is theirs, which may be a lot: SQL, not a model. */
export function createAccountRemoval(db: Database) {
  return {
    /**
     * Removes the account with its lists and sessions; its faces and events stay, for gc.
     * @throws DomainError accountNotFound | lastAdmin
     */
    remove: (accountId: string, actor: Actor): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [advisoryLocks.admins]);
        const [account] = await tx.query<Account>(
          `select ${accountColumns} from accounts where account_id = $1 for update`,
          [accountId],
        );
        if (account === undefined) throw new DomainError('accountNotFound', `account ${accountId}`);
        await refuseLastAdmin(tx, account);
        await tx.execute(
          'delete from list_faces where list_id in (select list_id from lists where account_id = $1)',
          [accountId],
        );
        const listCount = await tx.execute('delete from lists where account_id = $1', [accountId]);
        await endSessions(tx, accountId);
        await tx.execute('delete from accounts where account_id = $1', [accountId]);
        await recordAudit(tx, {
          actor,
          action: 'account.remove',
          objectType: 'account',
          objectId: accountId,
          before: { ...shownAccount(account), list_count: listCount },
        });
      }),
  };
}

/** @throws DomainError lastAdmin when there is no other administrator that is enabled; the lock of admins must be held */
export async function refuseLastAdmin(
  tx: Sql,
  {
    accountId,
    accountType,
    role,
    login,
    disabled,
  }: Pick<Account, 'accountId' | 'accountType' | 'role' | 'login' | 'disabled'>,
): Promise<void> {
  if (accountType !== 'admin' || role !== 'admin' || disabled) return;
  const [others] = await tx.query<{ some: boolean }>(
    `select exists (select from accounts
       where account_type = 'admin' and role = 'admin' and not disabled and account_id <> $1) some`,
    [accountId],
  );
  if (others?.some !== true) throw new DomainError('lastAdmin', `${login} is the last administrator`);
}

/** In the words of the contract, as everything in the audit is. */
export function shownAccount(
  account: Pick<Account, 'login' | 'accountType' | 'description' | 'role' | 'seesPictures'>,
) {
  const { login, accountType, description, role, seesPictures } = account;
  return { login, account_type: accountType, description, role, sees_pictures: seesPictures };
}

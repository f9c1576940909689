import { UniqueConstraintError } from 'sequelize';
import { isLogin, type Account, type AccountType } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import { advisoryLocks } from '../sql/advisoryLocks.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';
import { timeOf } from '../sql/databaseClock.ts';
import { defineAccountModel, type AccountModel } from './accountModel.ts';

export interface NewAccount {
  readonly accountId: string;
  readonly login: string;
  readonly passwordHash: string;
  readonly accountType: AccountType;
  readonly description: string;
}

/** What is needed to let somebody in; never leaves the server. */
export interface Credentials {
  readonly account: Account;
  readonly passwordHash: string;
}

export type AccountStore = ReturnType<typeof createAccountStore>;

const firstStart: Actor = { accountId: null, login: 'first start', requestId: null, remoteAddress: null };

/** Accounts, one at a time. Each change is one transaction with its line in the audit. */
export function createAccountStore(db: Database) {
  const Accounts = defineAccountModel(db.sequelize);

  const register = async (account: NewAccount, actor: Actor): Promise<void> => {
    await db
      .transaction(async (tx) => {
        // One moment for both: nothing of a new account has been changed.
        const now = await timeOf(tx);
        await Accounts.create(
          { ...account, createTime: now, lastUpdateTime: now },
          { transaction: tx.transaction },
        );
        await recordAudit(tx, {
          actor,
          action: 'account.create',
          objectType: 'account',
          objectId: account.accountId,
          after: shown(account),
        });
      })
      .catch((error: unknown) => {
        if (error instanceof UniqueConstraintError) {
          throw new DomainError('accountExists', `login ${account.login} or id ${account.accountId} exists`);
        }
        throw error;
      });
  };

  return {
    /** @throws DomainError accountExists */
    register,

    findByLogin: async (login: string): Promise<Credentials | null> => {
      if (!isLogin(login)) return null;
      return toCredentials(await Accounts.findOne({ where: { login } }));
    },

    /** Those whose present password has never been found to be a secret. */
    unvetted: (): Promise<{ accountId: string; login: string; passwordHash: string }[]> =>
      db.query(
        `select account_id "accountId", login, password_hash "passwordHash" from accounts
         where vetted_hash is distinct from password_hash order by create_time, account_id`,
      ),

    setVetted: async (accountId: string, passwordHash: string): Promise<void> => {
      await db.query('update accounts set vetted_hash = $2 where account_id = $1 and password_hash = $2', [
        accountId,
        passwordHash,
      ]);
    },

    find: async (accountId: string): Promise<Credentials | null> =>
      toCredentials(await Accounts.findByPk(accountId)),

    /** Ends all sessions of the account. */
    changePassword: (accountId: string, passwordHash: string, actor: Actor): Promise<void> =>
      db.transaction(async (tx) => {
        await Accounts.update(
          { passwordHash, lastUpdateTime: await timeOf(tx) },
          { where: { accountId }, transaction: tx.transaction },
        );
        await tx.query("delete from sessions where sess ->> 'accountId' = $1", [accountId]);
        await recordAudit(tx, {
          actor,
          action: 'account.password',
          objectType: 'account',
          objectId: accountId,
        });
      }),

    /**
     * Removes the account with its lists and sessions; its faces and events stay, for gc.
     * @throws DomainError accountNotFound | lastAdmin
     */
    remove: (accountId: string, actor: Actor): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [advisoryLocks.admins]);
        const account = await Accounts.findByPk(accountId, { transaction: tx.transaction, lock: true });
        if (account === null) throw new DomainError('accountNotFound', `account ${accountId}`);
        await refuseLastAdmin(tx, account);
        await tx.query(
          'delete from list_faces where list_id in (select list_id from lists where account_id = $1)',
          [accountId],
        );
        const listCount = await tx.execute('delete from lists where account_id = $1', [accountId]);
        await tx.query("delete from sessions where sess ->> 'accountId' = $1", [accountId]);
        await account.destroy({ transaction: tx.transaction });
        await recordAudit(tx, {
          actor,
          action: 'account.remove',
          objectType: 'account',
          objectId: accountId,
          before: { ...shown(account), list_count: listCount },
        });
      }),

    /** Creates the administrator of a database without accounts; false when there are accounts already. */
    ensureFirstAdmin: async (admin: NewAccount): Promise<boolean> => {
      if ((await Accounts.count()) > 0) return false;
      try {
        await register(admin, firstStart);
        return true;
      } catch (error) {
        // Another process of the same first start was quicker.
        if (error instanceof DomainError && error.error === 'accountExists') return false;
        throw error;
      }
    },

    hasAccounts: async (): Promise<boolean> => (await Accounts.count()) > 0,
  };
}

/** In the words of the contract, as everything in the audit is. */
function shown({ login, accountType, description }: Pick<Account, 'login' | 'accountType' | 'description'>) {
  return { login, account_type: accountType, description };
}

async function refuseLastAdmin(tx: Sql, account: AccountModel): Promise<void> {
  if (account.accountType !== 'admin') return;
  const [others] = await tx.query<{ some: boolean }>(
    "select exists (select from accounts where account_type = 'admin' and account_id <> $1) some",
    [account.accountId],
  );
  if (others?.some !== true) throw new DomainError('lastAdmin', `${account.login} is the last administrator`);
}

/** The words of the domain for a row; the password's hash stays behind. */
export function toAccount(row: AccountModel): Account {
  const { accountId, login, accountType, description, createTime, lastUpdateTime } = row;
  return { accountId, login, accountType, description, createTime, lastUpdateTime };
}

function toCredentials(row: AccountModel | null): Credentials | null {
  return row === null ? null : { account: toAccount(row), passwordHash: row.passwordHash };
}

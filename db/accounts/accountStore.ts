import type { Account, AccountType } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import { timeOf } from '../sql/databaseClock.ts';
import type { Records, RecordsTransaction } from '../sql/records.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';
import { defineAccountModel } from './accountModel.ts';

export interface NewAccount {
  readonly accountId: string;
  readonly login: string;
  readonly passwordHash: string;
  readonly accountType: AccountType;
  readonly description: string;
}

export type AccountStore = ReturnType<typeof createAccountStore>;

const firstStart: Actor = { accountId: null, login: 'first start', requestId: null, remoteAddress: null };

/** Creates and edits accounts, one at a time. Each change is one transaction with its line in the audit. */
export function createAccountStore(records: Records) {
  const Accounts = defineAccountModel(records.sequelize);

  const add = async (tx: RecordsTransaction, account: NewAccount, actor: Actor): Promise<void> => {
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
      after: shownAccount(account),
    });
  };

  return {
    /** @throws DomainError accountExists */
    register: async (account: NewAccount, actor: Actor): Promise<void> => {
      try {
        await records.transaction((tx) => add(tx, account, actor));
      } catch (error) {
        if (!isTaken(error)) throw error;
        throw new DomainError('accountExists', `login ${account.login} or id ${account.accountId} exists`);
      }
    },

    /** Ends all sessions of the account. */
    changePassword: (accountId: string, passwordHash: string, actor: Actor): Promise<void> =>
      records.transaction(async (tx) => {
        await Accounts.update(
          { passwordHash, lastUpdateTime: await timeOf(tx) },
          { where: { accountId }, transaction: tx.transaction },
        );
        await tx.execute("delete from sessions where sess ->> 'accountId' = $1", [accountId]);
        await recordAudit(tx, {
          actor,
          action: 'account.password',
          objectType: 'account',
          objectId: accountId,
        });
      }),

    /** Creates the administrator of a database without accounts; false when there are accounts already. */
    ensureFirstAdmin: async (admin: NewAccount): Promise<boolean> => {
      try {
        return await records.transaction(async (tx) => {
          if ((await Accounts.count({ transaction: tx.transaction })) > 0) return false;
          await add(tx, admin, firstStart);
          return true;
        });
      } catch (error) {
        // Another process of the same first start was quicker.
        if (isTaken(error)) return false;
        throw error;
      }
    },
  };
}

function isTaken(error: unknown): boolean {
  return sqlStateOf(error) === sqlStates.uniqueViolation;
}

/** In the words of the contract, as everything in the audit is. */
export function shownAccount(account: Pick<Account, 'login' | 'accountType' | 'description'>) {
  const { login, accountType, description } = account;
  return { login, account_type: accountType, description };
}

import { isDeepStrictEqual } from 'node:util';
import { literal } from 'sequelize';
import { mayUseService, temporaryPasswordMs, type AccountType } from '../../domain/accounts/account.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Role } from '../../domain/accounts/permission.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import { advisoryLocks } from '../sql/advisoryLocks.ts';
import { timeOf } from '../sql/databaseClock.ts';
import type { Records, RecordsTransaction } from '../sql/records.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';
import { defineAccountModel, type AccountModel } from './accountModel.ts';
import { endSessions } from './sessionQueries.ts';
import { refuseLastAdmin, shownAccount } from './accountRemoval.ts';

export interface NewAccount {
  readonly accountId: string;
  readonly login: string;
  readonly passwordHash: string;
  readonly accountType: AccountType;
  readonly description: string;
  /** Without one: `admin`. */
  readonly role?: Role;
  readonly seesPictures?: boolean;
  /** Another person knows the password: it must be changed on pages, and may expire. Without: it is its owner's. */
  readonly temporary?: TemporaryPassword;
}

export interface TemporaryPassword {
  readonly expires: boolean;
}

export type AccountChange = Pick<NewAccount, 'accountType' | 'description'> &
  Required<Pick<NewAccount, 'role' | 'seesPictures'>>;

export type AccountStore = ReturnType<typeof createAccountStore>;

const firstStart: Actor = { accountId: null, login: 'first start', requestId: null, remoteAddress: null };

/** Creates and edits accounts, one at a time. Each change is one transaction with its line in the audit. */
export function createAccountStore(records: Records) {
  const Accounts = defineAccountModel(records.sequelize);

  const add = async (
    tx: RecordsTransaction,
    { temporary, ...given }: NewAccount,
    actor: Actor,
  ): Promise<void> => {
    const account = { ...given, role: given.role ?? 'admin', seesPictures: given.seesPictures ?? false };
    // One moment for both: nothing of a new account has been changed.
    const now = await timeOf(tx);
    await Accounts.create(
      { ...account, ...passwordState(temporary, now), createTime: now, lastUpdateTime: now },
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

  const locked = async (tx: RecordsTransaction, accountId: string): Promise<AccountModel> => {
    const row = await Accounts.findOne({ where: { accountId }, lock: true, transaction: tx.transaction });
    if (row === null) throw new DomainError('accountNotFound', `account ${accountId}`);
    return row;
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

    /**
     * Sessions end with another role, and with a type that may not use the service. `seen`: the revision that it must still
     * have; undefined: whatever it is. Each line in the audit about what the form shows is a revision.
     * @throws DomainError accountNotFound | accountChanged | lastAdmin
     */
    change: (accountId: string, to: AccountChange, actor: Actor, seen?: number): Promise<void> =>
      records.transaction(async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [advisoryLocks.admins]);
        const row = await locked(tx, accountId);
        if (seen !== undefined && row.revision !== seen) {
          throw new DomainError('accountChanged', `account ${accountId} is at revision ${row.revision}`);
        }
        if (to.accountType !== 'admin' || to.role !== 'admin') await refuseLastAdmin(tx, row);
        const line = { actor, objectType: 'account', objectId: accountId } as const;
        const before = shownAccount(row);
        const after = shownAccount({ login: row.login, ...to });
        const hasOtherRole = row.role !== to.role || row.seesPictures !== to.seesPictures;
        const isChanged = !isDeepStrictEqual(before, after);
        const revision = row.revision + Number(isChanged);
        await row.update(
          { ...to, revision, lastUpdateTime: await timeOf(tx) },
          { transaction: tx.transaction },
        );
        if (hasOtherRole || !mayUseService(to)) await endSessions(tx, accountId);
        if (isChanged) await recordAudit(tx, { ...line, action: 'account.change', before, after });
      }),

    /** Ends all sessions of the account. */
    changePassword: (accountId: string, passwordHash: string, actor: Actor): Promise<void> =>
      records.transaction(async (tx) => {
        const now = await timeOf(tx);
        await Accounts.update(
          {
            ...{ passwordHash, ...passwordState(undefined, now) },
            ...{ revision: literal('revision + 1'), lastUpdateTime: now },
          },
          { where: { accountId }, transaction: tx.transaction },
        );
        await endSessions(tx, accountId);
        await recordAudit(tx, {
          actor,
          action: 'account.password',
          objectType: 'account',
          objectId: accountId,
        });
      }),

    /**
     * A password that another person has seen: it must be changed at the next log-in on pages, in time. Ends all sessions.
     * @throws DomainError accountNotFound
     */
    resetPassword: (
      accountId: string,
      passwordHash: string,
      temporary: TemporaryPassword,
      actor: Actor,
    ): Promise<void> =>
      records.transaction(async (tx) => {
        const row = await locked(tx, accountId);
        const now = await timeOf(tx);
        await row.update(
          { passwordHash, ...passwordState(temporary, now), lastUpdateTime: now },
          { transaction: tx.transaction },
        );
        await endSessions(tx, accountId);
        await recordAudit(tx, {
          ...{ actor, action: 'account.reset_password', objectType: 'account', objectId: accountId },
          after: { login: row.login },
        });
      }),

    /**
     * Nothing happens to an account that is so already. Sessions of a disabled one end.
     * @throws DomainError accountNotFound | lastAdmin
     */
    setDisabled: (accountId: string, disabled: boolean, actor: Actor): Promise<void> =>
      records.transaction(async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [advisoryLocks.admins]);
        const row = await locked(tx, accountId);
        if (row.disabled === disabled) return;
        if (disabled) await refuseLastAdmin(tx, row);
        await row.update({ disabled, lastUpdateTime: await timeOf(tx) }, { transaction: tx.transaction });
        if (disabled) await endSessions(tx, accountId);
        await recordAudit(tx, {
          ...{ actor, action: disabled ? 'account.disable' : 'account.enable' },
          ...{ objectType: 'account', objectId: accountId, after: { login: row.login } },
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

function passwordState(temporary: TemporaryPassword | undefined, now: Date) {
  return {
    mustChangePassword: temporary !== undefined,
    passwordExpiresAt: temporary?.expires === true ? new Date(now.getTime() + temporaryPasswordMs) : null,
  };
}

function isTaken(error: unknown): boolean {
  return sqlStateOf(error) === sqlStates.uniqueViolation;
}

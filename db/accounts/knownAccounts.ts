import { isLogin, type Account } from '../../domain/accounts/account.ts';
import type { Sql } from '../sql/connection.ts';

/** What is needed to let somebody in; never leaves the server. */
export interface Credentials {
  readonly account: Account;
  readonly passwordHash: string;
}

export const accountColumns = `account_id "accountId", login, account_type "accountType", description,
  role, sees_pictures "seesPictures", disabled, must_change_password "mustChangePassword",
  password_expires_at "passwordExpiresAt",
  (exists (select from totp_secrets t where t.account_id = accounts.account_id and t.confirmed)
    or exists (select from passkeys p where p.account_id = accounts.account_id)) "hasSecondFactor",
  create_time "createTime", last_update_time "lastUpdateTime"`;

export type KnownAccounts = ReturnType<typeof createKnownAccounts>;

/** Who is asking: looked up for each request. */
export function createKnownAccounts(db: Sql) {
  const find = async (condition: string, value: string): Promise<Credentials | null> => {
    const [row] = await db.query<Account & { readonly passwordHash: string }>(
      `select ${accountColumns}, password_hash "passwordHash" from accounts where ${condition}`,
      [value],
    );
    if (row === undefined) return null;
    const { passwordHash, ...account } = row;
    return { account, passwordHash };
  };
  return {
    find: (accountId: string): Promise<Credentials | null> => find('account_id = $1', accountId),

    findByLogin: async (login: string): Promise<Credentials | null> =>
      isLogin(login) ? find('login = $1', login) : null,

    hasAccounts: async (): Promise<boolean> => {
      const [row] = await db.query<{ some: boolean }>('select exists (select from accounts) some');
      return row?.some === true;
    },

    /** Those whose present password has never been found to be a secret. */
    unvetted: (): Promise<{ accountId: string; login: string; passwordHash: string }[]> =>
      db.query(
        `select account_id "accountId", login, password_hash "passwordHash" from accounts
         where vetted_hash is distinct from password_hash order by create_time, account_id`,
      ),

    /** The same password, hashed as new ones are; nothing if it was changed meanwhile. */
    renewHash: async (accountId: string, old: string, renewed: string): Promise<void> => {
      await db.execute(
        `update accounts set password_hash = $3, vetted_hash = case when vetted_hash = $2 then $3 else vetted_hash end
         where account_id = $1 and password_hash = $2`,
        [accountId, old, renewed],
      );
    },

    setVetted: async (accountId: string, passwordHash: string): Promise<void> => {
      await db.execute('update accounts set vetted_hash = $2 where account_id = $1 and password_hash = $2', [
        accountId,
        passwordHash,
      ]);
    },
  };
}

import type { Account, AccountType } from '../../domain/accounts/account.ts';
import type { Sql } from '../sql/connection.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';
import { accountColumns } from './knownAccounts.ts';

export interface AccountStats {
  readonly listCount: number;
  readonly faceCount: number;
  readonly faceAttributeCount: number;
}

export interface AccountChoiceRow {
  readonly accountId: string;
  readonly login: string;
  readonly faceCount: number;
  readonly listCount: number;
}

/** Empty: any. */
export interface AccountFilter {
  /** A part of a login or of a description. */
  readonly text: string;
  readonly type: AccountType | '';
}

export type AccountQueries = ReturnType<typeof createAccountQueries>;

export function createAccountQueries(db: Sql) {
  return {
    /** Newest first, with the count of all accounts. */
    page: async (paging: Paging): Promise<{ accounts: Account[]; count: number }> => {
      const [accounts, [total]] = await Promise.all([
        db.query<Account>(
          `select ${accountColumns} from accounts order by create_time desc, account_id desc limit $1 offset $2`,
          [paging.pageSize, offsetOf(paging)],
        ),
        db.query<{ count: number }>('select count(*) from accounts'),
      ]);
      return { accounts, count: total?.count ?? 0 };
    },

    /** All accounts by login, with what they have counted up to `countedTo`; null: more accounts than `limit`. */
    choices: async (limit: number, countedTo: number): Promise<AccountChoiceRow[] | null> => {
      const rows = await db.query<AccountChoiceRow>(
        `select account_id "accountId", login,
           (select count(*) from (select from faces f where f.account_id = a.account_id limit $2) few) "faceCount",
           (select count(*) from (select from lists l where l.account_id = a.account_id limit $2) few) "listCount"
         from (select account_id, login from accounts order by login limit $1) a order by login`,
        [limit + 1, countedTo + 1],
      );
      return rows.length > limit ? null : rows;
    },

    /** The first by login, where there are too many to choose from. */
    logins: async (limit: number): Promise<string[]> => {
      const rows = await db.query<{ login: string }>('select login from accounts order by login limit $1', [
        limit,
      ]);
      return rows.map(({ login }) => login);
    },

    idOfLogin: async (login: string): Promise<string | null> => {
      const [row] = await db.query<{ id: string }>('select account_id id from accounts where login = $1', [
        login,
      ]);
      return row?.id ?? null;
    },

    /** Newest first those that are looked for, and how many there are of each type. */
    search: async (
      { text, type }: AccountFilter,
      paging: Paging,
    ): Promise<{ accounts: Account[]; count: number; countByType: Record<string, number> }> => {
      const matches = `strpos(lower(login || ' ' || description), lower($1)) > 0`;
      const [accounts, counts] = await Promise.all([
        db.query<Account>(
          `select ${accountColumns} from accounts where ${matches} and ($2 = '' or account_type = $2)
           order by create_time desc, account_id desc limit $3 offset $4`,
          [text, type, paging.pageSize, offsetOf(paging)],
        ),
        db.query<{ type: string; count: number }>(
          `select account_type "type", count(*) from accounts where ${matches} group by 1`,
          [text],
        ),
      ]);
      const countByType = Object.fromEntries(counts.map((row) => [row.type, row.count]));
      const all = counts.reduce((sum, row) => sum + row.count, 0);
      return { accounts, countByType, count: type === '' ? all : (countByType[type] ?? 0) };
    },

    find: async (
      accountId: string,
    ): Promise<{ account: Account; stats: AccountStats; revision: number } | null> => {
      const [row] = await db.query<Account & AccountStats & { revision: number }>(
        `select ${accountColumns}, revision,
           (select count(*) from lists where account_id = $1) "listCount",
           (select count(*) from faces where account_id = $1) "faceCount",
           (select count(*) from faces join attributes using (face_id) where account_id = $1) "faceAttributeCount"
         from accounts where account_id = $1`,
        [accountId],
      );
      if (row === undefined) return null;
      const { listCount, faceCount, faceAttributeCount, revision, ...account } = row;
      return { account, stats: { listCount, faceCount, faceAttributeCount }, revision };
    },
  };
}

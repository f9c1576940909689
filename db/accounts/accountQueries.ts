import type { Account } from '../../domain/accounts/account.ts';
import type { Sql } from '../sql/connection.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';
import { accountColumns } from './knownAccounts.ts';

export interface AccountStats {
  readonly listCount: number;
  readonly faceCount: number;
  readonly faceAttributeCount: number;
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

    find: async (accountId: string): Promise<{ account: Account; stats: AccountStats } | null> => {
      const [row] = await db.query<Account & AccountStats>(
        `select ${accountColumns},
           (select count(*) from lists where account_id = $1) "listCount",
           (select count(*) from faces where account_id = $1) "faceCount",
           (select count(*) from faces join attributes using (face_id) where account_id = $1) "faceAttributeCount"
         from accounts where account_id = $1`,
        [accountId],
      );
      if (row === undefined) return null;
      const { listCount, faceCount, faceAttributeCount, ...account } = row;
      return { account, stats: { listCount, faceCount, faceAttributeCount } };
    },
  };
}

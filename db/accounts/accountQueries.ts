import type { Account } from '../../domain/accounts/account.ts';
import { toAccount } from './accountStore.ts';
import type { Database } from '../sql/connection.ts';
import { defineAccountModel } from './accountModel.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';

export interface AccountStats {
  readonly listCount: number;
  readonly faceCount: number;
  readonly faceAttributeCount: number;
}

export type AccountQueries = ReturnType<typeof createAccountQueries>;

export function createAccountQueries(db: Database) {
  const Accounts = defineAccountModel(db.sequelize);
  return {
    /** Newest first, with the count of all accounts. */
    page: async (paging: Paging): Promise<{ accounts: Account[]; count: number }> => {
      const { rows, count } = await Accounts.findAndCountAll({
        order: [
          ['createTime', 'desc'],
          ['accountId', 'desc'],
        ],
        offset: offsetOf(paging),
        limit: paging.pageSize,
      });
      return { accounts: rows.map(toAccount), count };
    },

    find: async (accountId: string): Promise<{ account: Account; stats: AccountStats } | null> => {
      const row = await Accounts.findByPk(accountId);
      if (row === null) return null;
      const [counts] = await db.query<{ lists: number; faces: number; attributes: number }>(
        `select (select count(*) from lists where account_id = $1) lists,
                (select count(*) from faces where account_id = $1) faces,
                (select count(*) from faces join attributes using (face_id) where account_id = $1) attributes`,
        [accountId],
      );
      return {
        account: toAccount(row),
        stats: {
          listCount: counts?.lists ?? 0,
          faceCount: counts?.faces ?? 0,
          faceAttributeCount: counts?.attributes ?? 0,
        },
      };
    },
  };
}

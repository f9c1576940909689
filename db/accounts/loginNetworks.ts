import { isLogin } from '../../domain/accounts/account.ts';
import type { Sql } from '../sql/connection.ts';

const keptDays = 90;

export type LoginNetworks = ReturnType<typeof createLoginNetworks>;

/** From which networks an account has logged in, for ninety days after the last time. */
export function createLoginNetworks(db: Sql) {
  return {
    isKnown: async (login: string, network: string): Promise<boolean> => {
      const [row] = await db.query<{ known: boolean }>(
        `select exists (select from login_networks join accounts using (account_id)
           where login = $1 and network = $2 and last_time > now() - interval '${keptDays} days') known`,
        [isLogin(login) ? login : '', network],
      );
      return row?.known === true;
    },

    /** At most once a day: who asks by password does so every half minute. */
    remember: async (accountId: string, network: string): Promise<void> => {
      await db.execute(
        `with old as (delete from login_networks
           where account_id = $1 and last_time <= now() - interval '${keptDays} days' and network <> $2)
         insert into login_networks (account_id, network) select account_id, $2 from accounts where account_id = $1
         on conflict (account_id, network) do update set last_time = now()
         where login_networks.last_time < now() - interval '1 day'`,
        [accountId, network],
      );
    },
  };
}

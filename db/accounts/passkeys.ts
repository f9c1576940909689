import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database } from '../sql/connection.ts';
import { endSessions } from './sessionQueries.ts';

export interface PasskeyRow {
  readonly passkeyId: string;
  readonly accountId: string;
  readonly name: string;
  readonly publicKey: Buffer;
  readonly signCount: number;
  readonly transports: readonly string[];
  readonly createTime: Date;
  readonly lastUseTime: Date | null;
}

export type NewPasskey = Omit<PasskeyRow, 'createTime' | 'lastUseTime'>;

const columns = `passkey_id "passkeyId", account_id "accountId", name, public_key "publicKey", sign_count "signCount",
  transports, create_time "createTime", last_use_time "lastUseTime"`;

export type Passkeys = ReturnType<typeof createPasskeys>;

export function createPasskeys(db: Database) {
  return {
    ofAccount: (accountId: string): Promise<PasskeyRow[]> =>
      db.query<PasskeyRow>(
        `select ${columns} from passkeys where account_id = $1 order by create_time, passkey_id`,
        [accountId],
      ),

    find: async (passkeyId: string): Promise<PasskeyRow | null> => {
      const [row] = await db.query<PasskeyRow>(`select ${columns} from passkeys where passkey_id = $1`, [
        passkeyId,
      ]);
      return row ?? null;
    },

    /** Sessions other than the present one were begun without it, and end. False: the passkey is known already. */
    add: (passkey: NewPasskey, exceptSid: string, actor: Actor): Promise<boolean> =>
      db.transaction(async (tx) => {
        const { passkeyId, accountId, name, publicKey, signCount, transports } = passkey;
        const count = await tx.execute(
          `insert into passkeys (passkey_id, account_id, name, public_key, sign_count, transports)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
          [passkeyId, accountId, name, publicKey, signCount, transports],
        );
        if (count === 0) return false;
        await endSessions(tx, accountId, exceptSid);
        await recordAudit(tx, {
          ...{ actor, action: 'account.add_factor', objectType: 'account', objectId: accountId },
          after: { factor: 'passkey', name },
        });
        return true;
      }),

    /** False: its count has not gone on, so another copy of it was used meanwhile. */
    use: async (passkeyId: string, signCount: number): Promise<boolean> => {
      const count = await db.execute(
        `update passkeys set sign_count = $2, last_use_time = now()
         where passkey_id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0))`,
        [passkeyId, signCount],
      );
      return count > 0;
    },

    /** Ends the other sessions. False: there is none. */
    remove: (accountId: string, passkeyId: string, exceptSid: string, actor: Actor): Promise<boolean> =>
      db.transaction(async (tx) => {
        const [row] = await tx.query<{ name: string }>(
          'delete from passkeys where account_id = $1 and passkey_id = $2 returning name',
          [accountId, passkeyId],
        );
        if (row === undefined) return false;
        await endSessions(tx, accountId, exceptSid);
        await recordAudit(tx, {
          ...{ actor, action: 'account.remove_factor', objectType: 'account', objectId: accountId },
          after: { factor: 'passkey', name: row.name },
        });
        return true;
      }),
  };
}

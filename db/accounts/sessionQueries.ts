import type { Database, Sql } from '../sql/connection.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import { sessionIdleSeconds } from '../../domain/accounts/account.ts';

export interface SessionRow {
  /** Stands for the session's own id, which would be half of its cookie. */
  readonly sessionKey: string;
  readonly begun: Date;
  /** To the minute. */
  readonly lastSeen: Date;
  readonly how: string;
  readonly secondFactor: string | null;
  readonly address: string;
  readonly userAgent: string;
}

const key = `encode(sha256(sid::bytea), 'hex')`;
const ofAccount = `sess ->> 'accountId' = $1`;

export type SessionQueries = ReturnType<typeof createSessionQueries>;

/** The sessions of an account: each can be seen and ended. */
export function createSessionQueries(db: Database) {
  return {
    /** Those that have not ended, the newest first. */
    ofAccount: (accountId: string): Promise<SessionRow[]> =>
      db.query<SessionRow>(
        `select ${key} "sessionKey", to_timestamp((sess ->> 'begun')::float8 / 1000) begun,
           expire - make_interval(secs => ${sessionIdleSeconds}) "lastSeen",
           coalesce(sess ->> 'how', 'password') how, sess ->> 'secondFactor' "secondFactor",
           coalesce(sess ->> 'address', '') address, coalesce(sess ->> 'userAgent', '') "userAgent"
         from sessions where ${ofAccount} and expire > now() order by begun desc, sid`,
        [accountId],
      ),

    /** Ends one session of the account; 0: it has ended already. */
    end: (accountId: string, sessionKey: string, actor: Actor): Promise<number> =>
      db.transaction(async (tx) => {
        const count = await tx.execute(`delete from sessions where ${ofAccount} and ${key} = $2`, [
          accountId,
          sessionKey,
        ]);
        if (count > 0) await record(tx, accountId, actor, count);
        return count;
      }),

    /** Ends all sessions of the account, but the one with this id; gives their number. */
    endAll: (accountId: string, exceptSid: string | null, actor: Actor): Promise<number> =>
      db.transaction(async (tx) => {
        const count = await endSessions(tx, accountId, exceptSid);
        if (count > 0) await record(tx, accountId, actor, count);
        return count;
      }),
  };
}

/** In the transaction of what makes them worthless. `exceptSid`: one that goes on. @returns how many ended */
export function endSessions(
  tx: Pick<Sql, 'execute'>,
  accountId: string,
  exceptSid: string | null = null,
): Promise<number> {
  return tx.execute(`delete from sessions where ${ofAccount} and sid is distinct from $2`, [
    accountId,
    exceptSid,
  ]);
}

const record = (
  tx: Parameters<typeof recordAudit>[0],
  accountId: string,
  actor: Actor,
  ended: number,
): Promise<void> =>
  recordAudit(tx, {
    ...{ actor, action: 'account.end_sessions', objectType: 'account', objectId: accountId },
    after: { ended },
  });

import type { Database } from '../sql/connection.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import { DomainError } from '../../domain/errors.ts';
import { sqlStateOf, sqlStates } from '../sql/transientErrors.ts';

export interface AccountIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** A managed account's role follows its claims. */
export interface KnownIdentity {
  readonly accountId: string;
  readonly managed: boolean;
}

export type AccountIdentities = ReturnType<typeof createAccountIdentities>;

/** Who accounts are at an OpenID provider. */
export function createAccountIdentities(db: Database) {
  return {
    find: async ({ issuer, subject }: AccountIdentity): Promise<KnownIdentity | null> => {
      const [row] = await db.query<KnownIdentity>(
        `select account_id "accountId", managed from account_identities where issuer = $1 and subject = $2`,
        [issuer, subject],
      );
      return row ?? null;
    },

    noteLogin: async ({ issuer, subject }: AccountIdentity): Promise<void> => {
      await db.execute(
        'update account_identities set last_login_time = now() where issuer = $1 and subject = $2',
        [issuer, subject],
      );
    },

    /** @throws DomainError singleSignOnRefused when somebody else is connected with it */
    connect: async (
      { issuer, subject }: AccountIdentity,
      { accountId, managed }: KnownIdentity,
      actor: Actor,
    ): Promise<void> => {
      try {
        await db.transaction(async (tx) => {
          await tx.execute(
            `insert into account_identities (issuer, subject, account_id, managed, last_login_time)
             values ($1, $2, $3, $4, now())`,
            [issuer, subject, accountId, managed],
          );
          await recordAudit(tx, {
            ...{ actor, action: 'account.connect', objectType: 'account', objectId: accountId },
            after: { issuer, subject, managed },
          });
        });
      } catch (error) {
        if (sqlStateOf(error) !== sqlStates.uniqueViolation) throw error;
        throw new DomainError('singleSignOnRefused', 'this identity is connected with another account');
      }
    },

    ofAccount: (accountId: string): Promise<(AccountIdentity & { readonly managed: boolean })[]> =>
      db.query(
        'select issuer, subject, managed from account_identities where account_id = $1 order by create_time',
        [accountId],
      ),

    /** Those of one log-in at the provider or, without its id, all of whoever it is there. @returns how many ended */
    endSessions: (
      { issuer, subject, sid }: Partial<AccountIdentity> & { readonly sid?: string },
      actor: Actor,
    ): Promise<number> =>
      db.transaction(async (tx) => {
        const ended = await tx.query<{ accountId: string; login: string; count: number }>(
          `with ended as (
             delete from sessions where sess -> 'oidc' ->> 'issuer' = $1
               and ($2::text is null or sess -> 'oidc' ->> 'subject' = $2)
               and ($3::text is null or sess -> 'oidc' ->> 'sid' = $3) and ($2::text is not null or $3::text is not null)
             returning sess ->> 'accountId' id)
           select account_id "accountId", login, count(*) from ended join accounts on account_id = id::uuid
           group by account_id, login`,
          [issuer, subject ?? null, sid ?? null],
        );
        for (const { accountId, login, count } of ended) {
          await recordAudit(tx, {
            ...{ actor, action: 'account.end_sessions', objectType: 'account', objectId: accountId },
            after: { login, ended: count },
          });
        }
        return ended.reduce((sum, { count }) => sum + count, 0);
      }),
  };
}

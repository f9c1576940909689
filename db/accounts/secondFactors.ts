import type { AuditAction } from '../../domain/audit/actions.ts';
import { endSessions } from './sessionQueries.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';

export interface TotpRow {
  /** Encrypted. */
  readonly secret: Buffer;
  readonly confirmed: boolean;
}

/** What of second factors an account has. */
export interface FactorsRow {
  readonly hasCodes: boolean;
  readonly recoveryCodes: number;
}

export type SecondFactors = ReturnType<typeof createSecondFactors>;

/** Codes of an authenticator app, and recovery codes. */
export function createSecondFactors(db: Database) {
  return {
    factors: async (accountId: string): Promise<FactorsRow> => {
      const [row] = await db.query<FactorsRow>(
        `select exists (select from totp_secrets where account_id = $1 and confirmed) "hasCodes",
           (select count(*) from recovery_codes where account_id = $1) "recoveryCodes"`,
        [accountId],
      );
      return row ?? { hasCodes: false, recoveryCodes: 0 };
    },

    totp: async (accountId: string): Promise<TotpRow | null> => {
      const [row] = await db.query<TotpRow>(
        'select secret, confirmed from totp_secrets where account_id = $1',
        [accountId],
      );
      return row ?? null;
    },

    /** A secret that counts once it is confirmed; one that counts already stays. */
    propose: async (accountId: string, secret: Buffer): Promise<void> => {
      await db.execute(
        `insert into totp_secrets (account_id, secret) values ($1, $2)
         on conflict (account_id) do update set secret = $2 where not totp_secrets.confirmed`,
        [accountId, secret],
      );
    },

    /** Every session but the present one was begun without it, and ends. False: it counts already. */
    confirm: (accountId: string, step: number, exceptSid: string, actor: Actor): Promise<boolean> =>
      db.transaction(async (tx) => {
        const count = await tx.execute(
          'update totp_secrets set confirmed = true, last_step = $2 where account_id = $1 and not confirmed',
          [accountId, step],
        );
        if (count === 0) return false;
        await endSessions(tx, accountId, exceptSid);
        await record(tx, accountId, 'account.add_factor', { factor: 'authenticator app' }, actor);
        return true;
      }),

    /** Whether no code of this step or a later one has been accepted before. */
    useStep: async (accountId: string, step: number): Promise<boolean> => {
      const count = await db.execute(
        'update totp_secrets set last_step = $2 where account_id = $1 and confirmed and last_step < $2',
        [accountId, step],
      );
      return count > 0;
    },

    reseal: async (accountId: string, secret: Buffer): Promise<void> => {
      await db.execute('update totp_secrets set secret = $2 where account_id = $1', [accountId, secret]);
    },

    /** Ends the other sessions. */
    removeTotp: (accountId: string, exceptSid: string, actor: Actor): Promise<void> =>
      db.transaction(async (tx) => {
        const count = await tx.execute('delete from totp_secrets where account_id = $1', [accountId]);
        if (count === 0) return;
        await endSessions(tx, accountId, exceptSid);
        await record(tx, accountId, 'account.remove_factor', { factor: 'authenticator app' }, actor);
      }),

    /** Everything that the account has, for an owner who has lost it. Ends its sessions. */
    removeAll: (accountId: string, actor: Actor, reason?: string): Promise<void> =>
      db.transaction(async (tx) => {
        for (const table of ['totp_secrets', 'recovery_codes', 'passkeys'])
          await tx.execute(`delete from ${table} where account_id = $1`, [accountId]);
        await endSessions(tx, accountId);
        await record(
          tx,
          accountId,
          'account.remove_factor',
          { factor: 'all', ...(reason === undefined ? {} : { reason }) },
          actor,
        );
      }),

    /** Takes the place of those that are left. Ends the other sessions. */
    setRecoveryCodes: (
      accountId: string,
      hashes: readonly Buffer[],
      exceptSid: string,
      actor: Actor,
    ): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.execute('delete from recovery_codes where account_id = $1', [accountId]);
        await tx.execute(
          'insert into recovery_codes (account_id, code_hash) select $1, unnest($2::bytea[])',
          [accountId, hashes],
        );
        await endSessions(tx, accountId, exceptSid);
        await record(tx, accountId, 'account.recovery_codes', { codes: hashes.length }, actor);
      }),

    /** Whether it is one of the account's; it is none from then on. */
    useRecoveryCode: async (accountId: string, hash: Buffer): Promise<boolean> =>
      (await db.execute('delete from recovery_codes where account_id = $1 and code_hash = $2', [
        accountId,
        hash,
      ])) > 0,
  };
}

async function record(
  tx: Sql,
  accountId: string,
  action: AuditAction,
  after: object,
  actor: Actor,
): Promise<void> {
  await recordAudit(tx, { actor, action, objectType: 'account', objectId: accountId, after });
}

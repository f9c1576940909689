import type { Role } from '../../domain/accounts/permission.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordAudit, type Actor } from '../audit/auditStore.ts';
import type { Database, Sql } from '../sql/connection.ts';

export interface ApiTokenRow {
  readonly tokenId: string;
  readonly accountId: string;
  readonly name: string;
  readonly role: Role;
  /** By their ids in the OpenAPI document; null: all of them. */
  readonly operations: readonly string[] | null;
  /** As CIDR; null: from everywhere. */
  readonly networks: readonly string[] | null;
  readonly createTime: Date;
  readonly expireTime: Date;
  readonly revokeTime: Date | null;
  readonly lastUseTime: Date | null;
  readonly lastUseAddress: string | null;
}

export type NewApiToken = Pick<
  ApiTokenRow,
  'tokenId' | 'accountId' | 'name' | 'role' | 'operations' | 'networks'
> & {
  readonly hash: Buffer;
  readonly lifeDays: number;
};

const columns = `token_id "tokenId", account_id "accountId", name, role, operations, networks::text[] networks,
  create_time "createTime", expire_time "expireTime", revoke_time "revokeTime", last_use_time "lastUseTime",
  host(last_use_address) "lastUseAddress"`;
const isValid = 'revoke_time is null and expire_time > now()';
const tokensAtMost = 100;

export type ApiTokens = ReturnType<typeof createApiTokens>;

export function createApiTokens(db: Database) {
  return {
    /** @throws DomainError tooManyApiTokens */
    create: (token: NewApiToken, actor: Actor): Promise<ApiTokenRow> =>
      db.transaction(async (tx) => {
        // The lock keeps two requests at once from passing the limit together.
        await tx.query('select from accounts where account_id = $1 for update', [token.accountId]);
        const [used] = await tx.query<{ count: number }>(
          `select count(*) from api_tokens where account_id = $1 and ${isValid}`,
          [token.accountId],
        );
        if ((used?.count ?? 0) >= tokensAtMost)
          throw new DomainError(
            'tooManyApiTokens',
            `the account has ${tokensAtMost} valid tokens; revoke one`,
          );
        const [row] = await tx.query<ApiTokenRow>(
          `insert into api_tokens (token_id, account_id, name, token_hash, role, operations, networks, expire_time)
           values ($1, $2, $3, $4, $5, $6,
             (select array_agg(network(text::inet)) from unnest($7::text[]) text), now() + $8 * interval '1 day') returning ${columns}`,
          [
            ...[token.tokenId, token.accountId, token.name, token.hash, token.role],
            ...[token.operations, token.networks, token.lifeDays],
          ],
        );
        if (row === undefined) throw new Error('the token was not returned');
        await recordAudit(tx, { ...lineOf('create', row, actor), after: shown(row) });
        return row;
      }),

    /** It counts for no request that comes after this. @throws DomainError apiTokenNotFound */
    revoke: (tokenId: string, accountId: string | null, actor: Actor): Promise<void> =>
      db.transaction(async (tx) => {
        const [row] = await tx.query<ApiTokenRow>(
          `update api_tokens set revoke_time = now()
           where token_id = $1 and ($2::uuid is null or account_id = $2) and revoke_time is null returning ${columns}`,
          [tokenId, accountId],
        );
        if (row === undefined) throw new DomainError('apiTokenNotFound', `token ${tokenId}`);
        await recordAudit(tx, { ...lineOf('revoke', row, actor), before: shown(row) });
      }),

    /** Newest first; what has ended is shown for 90 days. */
    list: (accountId: string): Promise<ApiTokenRow[]> =>
      db.query<ApiTokenRow>(
        `select ${columns} from api_tokens
         where account_id = $1 and least(revoke_time, expire_time) > now() - interval '90 days'
         order by create_time desc limit 500`,
        [accountId],
      ),
  };
}

export interface SentToken extends ApiTokenRow {
  /** It is valid from where it came. */
  readonly isInNetwork: boolean;
  /** What is known of its last use is a minute old. */
  readonly isUseOld: boolean;
}

const isUseOld = "coalesce(last_use_time < now() - interval '1 minute', true)";

/** Asked for each request, with no cache: one that is revoked counts no more. */
export function createTokenLookUp(db: Sql) {
  return {
    find: async (hash: Buffer, address: string): Promise<SentToken | null> => {
      const [row] = await db.query<SentToken>(
        `select ${columns},
           networks is null or coalesce($2::inet <<= any (networks), false) "isInNetwork", ${isUseOld} "isUseOld"
         from api_tokens where token_hash = $1 and ${isValid}`,
        [hash, address === '' ? null : address],
      );
      return row ?? null;
    },

    isStillValid: async (tokenId: string): Promise<boolean> => {
      const rows = await db.query(`select from api_tokens where token_id = $1 and ${isValid}`, [tokenId]);
      return rows.length > 0;
    },

    /** Of a token whose `isUseOld`: a write for each request would be the most frequent of all writes. */
    noteUse: async (tokenId: string, address: string): Promise<void> => {
      await db.execute(
        `update api_tokens set last_use_time = now(), last_use_address = $2::inet
         where token_id = $1 and ${isUseOld}`,
        [tokenId, address === '' ? null : address],
      );
    },
  };
}

function lineOf(action: 'create' | 'revoke', { tokenId }: ApiTokenRow, actor: Actor) {
  return { actor, action: `token.${action}`, objectType: 'token', objectId: tokenId } as const;
}

function shown({ accountId, name, role, operations, networks, expireTime }: ApiTokenRow) {
  return { account_id: accountId, name, role, operations, networks, expire_time: expireTime };
}

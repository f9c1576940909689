import type { AuditAction } from '../../domain/audit/actions.ts';
import type { Sql } from '../sql/connection.ts';

/** Who acts, from where, in which request. */
export interface Actor {
  readonly accountId: string | null;
  readonly login: string;
  readonly requestId: string | null;
  readonly remoteAddress: string | null;
  /** The API token that the request came with. */
  readonly token?: { readonly tokenId: string; readonly name: string };
}

/** The service itself, under the name of what acts for it. */
export const serviceActor = (login: string): Actor => ({
  accountId: null,
  login,
  requestId: null,
  remoteAddress: null,
});

export interface AuditEntry {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly objectType:
    | 'task'
    | 'account'
    | 'schedule'
    | 'session'
    | 'token'
    | 'network'
    | 'upgrade'
    | 'maintenance'
    | 'face'
    | 'event'
    | 'sample'
    | 'result';
  readonly objectId: string | number;
  readonly before?: object;
  readonly after?: object;
}

export type AuditStore = ReturnType<typeof createAuditStore>;

/** For what changes nothing else in the database: log-ins. */
export function createAuditStore(db: Sql) {
  return { record: (entry: AuditEntry): Promise<void> => recordAudit(db, entry) };
}

/** Appends one line to the audit, in the transaction of the change that it tells of. */
export async function recordAudit(tx: Sql, entry: AuditEntry): Promise<void> {
  await tx.query(
    `insert into audit (account_id, login, action, object_type, object_id, request_id, remote_address, before, after)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      entry.actor.accountId,
      entry.actor.login,
      entry.action,
      entry.objectType,
      String(entry.objectId),
      entry.actor.requestId,
      entry.actor.remoteAddress,
      entry.before === undefined ? null : JSON.stringify(entry.before),
      afterOf(entry),
    ],
  );
}

/** With the token that did it: a column of its own would be a field of the line, which older releases do not hash. */
export function afterOf({ actor: { token }, after }: Pick<AuditEntry, 'actor' | 'after'>): string | null {
  const byToken = token === undefined ? {} : { by_token: { token_id: token.tokenId, name: token.name } };
  return after === undefined && token === undefined ? null : JSON.stringify({ ...after, ...byToken });
}

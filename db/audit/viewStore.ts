import type { Sql } from '../sql/connection.ts';
import { afterOf, type AuditEntry } from './auditStore.ts';

export type ViewStore = ReturnType<typeof createViewStore>;
export type View = Pick<AuditEntry, 'actor' | 'action' | 'objectType' | 'objectId'>;

// So many looks are known to be written, so that a page of thumbnails does not ask the database for each.
const rememberedAtMost = 10_000;
const hourMs = 3_600_000;

/** Looks at pictures and results: one entry of the audit for each account, object and hour, of all processes together. */
export function createViewStore(db: Sql) {
  let remembered = new Set<string>();
  let hour = 0;

  return {
    record: async ({ actor, action, objectType, objectId }: View): Promise<void> => {
      const now = Math.floor(Date.now() / hourMs);
      if (now !== hour || remembered.size >= rememberedAtMost) remembered = new Set();
      hour = now;
      const key = `${action} ${objectId} ${actor.login}`;
      if (remembered.has(key)) return;
      await db.query(
        `with first as (
           insert into audit_views (login, action, object_id, hour) values ($2, $3, $5, date_trunc('hour', now()))
           on conflict do nothing returning 1
         )
         insert into audit (account_id, login, action, object_type, object_id, request_id, remote_address, after)
         select $1::uuid, $2, $3, $4, $5, $6, $7, $8 from first`,
        [
          ...[actor.accountId, actor.login, action, objectType, String(objectId)],
          ...[actor.requestId, actor.remoteAddress, afterOf({ actor })],
        ],
      );
      remembered.add(key);
    },
  };
}

import { presentSealed, type AuditHead, type AuditRow, type Seal } from '../../domain/audit/entry.ts';
import { timeOf } from '../sql/databaseClock.ts';
import type { Database } from '../sql/connection.ts';
import { auditColumns } from './auditQueries.ts';
import { sealedHash } from './sealedHash.ts';

export type SealStore = ReturnType<typeof createSealStore>;

const sealsAtOnce = 500;
const signEvery = '1 day';

/** The chain of hashes over the audit (decision 0047). */
export function createSealStore(db: Database) {
  const store = {
    /**
     * Chains the next entries that have committed, by one process at a time: others answer 0 meanwhile, or wait. Writers of
     * entries wait for nothing.
     * @returns how many
     */
    seal: ({ wait = false } = {}): Promise<number> =>
      db.transaction(async (tx) => {
        const [end] = await tx.query<{ seal: number; hash: string }>(
          `select seal, encode(hash, 'hex') hash from audit_chain for update ${wait ? '' : 'skip locked'}`,
        );
        if (end === undefined) return 0;
        const entries = await tx.query<AuditRow>(
          `select ${auditColumns} from audit_unsealed join audit using (audit_id) order by audit_id limit ${sealsAtOnce}`,
        );
        if (entries.length === 0) return 0;
        const seals = chain(entries, end, await timeOf(tx));
        const ids = entries.map(({ auditId }) => auditId);
        await tx.query(
          `insert into audit_seals (audit_id, seal, seal_time, previous, hash)
           select id, seal, $3, decode(previous, 'hex'), decode(hash, 'hex')
           from unnest($1::bigint[], $2::bigint[], $4::text[], $5::text[]) as of (id, seal, previous, hash)`,
          [
            ids,
            seals.map(({ seal }) => seal),
            seals[0]?.sealTime,
            seals.map(({ previous }) => previous),
            seals.map(({ hash }) => hash),
          ],
        );
        await tx.query('delete from audit_unsealed where audit_id = any($1::bigint[])', [ids]);
        const last = seals.at(-1);
        await tx.query("update audit_chain set seal = $1, hash = decode($2, 'hex')", [
          last?.seal,
          last?.hash,
        ]);
        return entries.length;
      }),

    /** Chains all that has committed, unless that takes too long. @returns how many are left */
    sealAll: async (atMostMs: number): Promise<number> => {
      const end = performance.now() + atMostMs;
      while ((await store.seal({ wait: true })) === sealsAtOnce) {
        if (performance.now() < end) continue;
        const [row] = await db.query<{ count: number }>('select count(*) from audit_unsealed');
        return row?.count ?? 0;
      }
      return 0;
    },

    /** Signs the end of the chain, once a day at most, if it has grown since; null: not now. */
    sign: <Signed extends AuditHead>(signHead: (head: AuditHead) => Signed): Promise<Signed | null> =>
      db.transaction(async (tx) => {
        const [end] = await tx.query<{ seal: number; hash: string }>(
          `select c.seal, encode(c.hash, 'hex') hash from audit_chain c
           left join lateral (select seal, sign_time from audit_heads order by seal desc limit 1) head on true
           where c.seal > coalesce(head.seal, 0)
             and (head.sign_time is null or head.sign_time <= now() - interval '${signEvery}')
           for update of c skip locked`,
        );
        if (end === undefined) return null;
        const time = await timeOf(tx);
        const head = signHead({ kind: 'audit-head', ...end, sign_time: time.toISOString() });
        await tx.query('insert into audit_heads (seal, document, sign_time) values ($1, $2, $3)', [
          head.seal,
          JSON.stringify(head),
          time,
        ]);
        return head;
      }),
  };
  return store;
}

function chain(
  entries: readonly AuditRow[],
  end: { readonly seal: number; readonly hash: string },
  sealTime: Date,
): Seal[] {
  const seals: Seal[] = [];
  let previous = end.hash;
  for (const entry of entries) {
    const unhashed = { seal: end.seal + seals.length + 1, sealTime, previous, hash: '' };
    const hash = sealedHash(presentSealed(entry, unhashed));
    seals.push({ ...unhashed, hash });
    previous = hash;
  }
  return seals;
}

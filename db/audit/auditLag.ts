import type { Reader } from '../sql/connection.ts';
import type { FeedName } from './feedStore.ts';

export interface FeedState {
  readonly feed: FeedName;
  /** Sealed entries that have not been received, and since when the oldest of them is sealed. */
  readonly behind: number;
  readonly behindSeconds: number;
  readonly sentTime: Date | null;
  readonly fault: string | null;
  readonly failures: number;
  readonly nextTime: Date | null;
}

export interface SealState {
  /** Entries that have no seal yet; of very many not all are counted. */
  readonly unsealed: number;
  readonly unsealedSeconds: number;
}

export type AuditLag = ReturnType<typeof createAuditLag>;

const countedAtMost = 100_000;

/** How far seals and feeds are behind the audit. */
export function createAuditLag(db: Pick<Reader, 'query'>) {
  return {
    seals: async (): Promise<SealState> => {
      const [row] = await db.query<SealState>(
        `select (select count(*) from (select from audit_unsealed limit ${countedAtMost}) counted) unsealed,
           coalesce((select greatest(0, extract(epoch from now() - audit_time)) from audit
             where audit_id = (select min(audit_id) from audit_unsealed)), 0)::float8 "unsealedSeconds"`,
      );
      return row ?? { unsealed: 0, unsealedSeconds: 0 };
    },

    /** Of those that are set up; one that has never been sent is behind by everything. */
    feeds: (names: readonly FeedName[]): Promise<FeedState[]> =>
      db.query<FeedState>(
        `select name feed, case when next.seal is null then 0 else chain.seal - next.seal + 1 end behind,
           coalesce(greatest(0, extract(epoch from now() - next.seal_time)), 0)::float8 "behindSeconds",
           sent_time "sentTime", fault, coalesce(failures, 0) failures,
           case when fault is not null then next_time end "nextTime"
         from unnest($1::text[]) name left join audit_feeds on feed = name cross join audit_chain chain
         left join lateral (
           select seal, seal_time from audit_seals s where s.seal > coalesce(audit_feeds.seal, 0) order by s.seal limit 1
         ) next on true order by name desc`,
        [names],
      ),
  };
}

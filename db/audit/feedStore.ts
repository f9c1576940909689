import {
  presentSealed,
  type AuditHead,
  type AuditRow,
  type Seal,
  type SealedLine,
} from '../../domain/audit/entry.ts';
import type { Sql } from '../sql/connection.ts';
import { sealedColumns } from './auditQueries.ts';

export type FeedName = 'webhook' | 'file';

/** Up to where a feed has been received. */
export interface FeedPlace {
  readonly seal: number;
  readonly headId: number;
}

export interface TakenFeed extends FeedPlace {
  /** Failed attempts in a row. */
  readonly failures: number;
}

export interface FeedBatch {
  readonly lines: readonly (SealedLine | AuditHead)[];
  /** Where the feed is when they have been received. */
  readonly end: FeedPlace;
}

export type FeedStore = ReturnType<typeof createFeedStore>;

const heldForSeconds = 30;
const entriesAtMost = 500;
const headsAtMost = 50;

/** The cursors of the audit's feeds. One process at a time sends: others get `null` as long as it holds the feed. */
export function createFeedStore(db: Sql, holder: string) {
  const entriesAfter = async (seal: number): Promise<SealedLine[]> => {
    const rows = await db.query<AuditRow & Seal>(
      `select ${sealedColumns} from audit_seals join audit using (audit_id)
       where seal > $1 order by seal limit ${entriesAtMost}`,
      [seal],
    );
    return rows.map((row) => presentSealed(row, row));
  };

  return {
    /** null: there is nothing to send, the time of the next attempt has not come, or another process sends. */
    take: async (feed: FeedName): Promise<TakenFeed | null> => {
      await db.execute('insert into audit_feeds (feed) values ($1) on conflict do nothing', [feed]);
      const [taken] = await db.query<TakenFeed>(
        `update audit_feeds f set holder = $2, held_until = now() + interval '${heldForSeconds} seconds'
         where feed = $1 and (holder = $2 or held_until < now()) and next_time <= now() and (
           exists (select from audit_seals s where s.seal > f.seal)
           or exists (select from audit_heads h where h.head_id > f.head_id))
         returning seal, head_id "headId", failures`,
        [feed, holder],
      );
      return taken ?? null;
    },

    /** What comes next: entries in the order of the chain, and behind them the heads that were signed by then. */
    next: async ({ seal, headId }: FeedPlace): Promise<FeedBatch | null> => {
      const entries = await entriesAfter(seal);
      const last = entries.at(-1)?.seal ?? seal;
      const heads = await db.query<{ headId: number; document: AuditHead }>(
        `select head_id "headId", document from audit_heads where head_id > $1 and seal <= $2
         order by head_id limit ${headsAtMost}`,
        [headId, last],
      );
      if (entries.length === 0 && heads.length === 0) return null;
      return {
        lines: [...entries, ...heads.map(({ document }) => document)],
        end: { seal: last, headId: heads.at(-1)?.headId ?? headId },
      };
    },

    /** @returns whether this process still held the feed */
    received: async (feed: FeedName, from: FeedPlace, end: FeedPlace): Promise<boolean> =>
      (await db.execute(
        `update audit_feeds set seal = $4, head_id = $5, sent_time = now(), fault = null, failures = 0
         where feed = $1 and holder = $2 and seal = $3 and head_id = $6`,
        [feed, holder, from.seal, end.seal, end.headId, from.headId],
      )) > 0,

    failed: async (feed: FeedName, fault: string, pauseSeconds: number): Promise<void> => {
      await db.execute(
        `update audit_feeds set fault = $3, failures = failures + 1,
           next_time = now() + $4 * interval '1 second', held_until = '-infinity'
         where feed = $1 and holder = $2`,
        [feed, holder, fault, pauseSeconds],
      );
    },

    /** Another process may go on at once. */
    release: async (): Promise<void> => {
      await db.execute("update audit_feeds set held_until = '-infinity' where holder = $1", [holder]);
    },
  };
}

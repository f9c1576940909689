import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { OriginRemoval } from '../../domain/gc/originRemoval.ts';
import { hasRemovalsToRetry, type ClaimedPart, type Committed } from '../../domain/tasks/parts.ts';
import type { Database } from '../sql/connection.ts';
import { hasPending } from './fileSettling.ts';
import { settleOrigins, type OriginCounts, type SettledOrigin } from './originBatch.ts';
import { commitBatch } from '../engine/commitBatch.ts';

export interface DueOrigins {
  readonly due: readonly OriginRemoval[];
  /** Until the next one is due, when none is; null: none is left to try. */
  readonly nextInMs: number | null;
}

export type OriginStore = ReturnType<typeof createOriginStore>;

/** The outbox of image origins, part by part. */
export function createOriginStore(db: Database) {
  return {
    /** The part's next origins to try, those of one object together. */
    readDue: async (part: ClaimedPart, limit: number): Promise<DueOrigins> => {
      const due = await db.query<OriginRemoval>(
        `select object_id as "objectId", origin_no as "originNo", url, attempts from origin_removals
         where task_id = $1 and part_no = $2 and state = 'pending' and next_attempt_time <= clock_timestamp()
         order by next_attempt_time, object_id, origin_no limit $3`,
        [part.task.taskId, part.partNo, limit],
      );
      if (due.length > 0) return { due, nextInMs: 0 };
      const [next] = await db.query<{ inMs: number | null }>(
        `select greatest(0, extract(epoch from min(next_attempt_time) - clock_timestamp()) * 1000)::float8 as "inMs"
         from origin_removals where task_id = $1 and part_no = $2 and state = 'pending'`,
        [part.task.taskId, part.partNo],
      );
      return { due, nextInMs: next?.inMs ?? null };
    },

    /** Writes what became of origins: one batch, one transaction, and the end of the part when nothing else is left. */
    settle: (
      part: ClaimedPart,
      content: GcContent,
      settled: readonly SettledOrigin[],
    ): Promise<Committed<OriginCounts & { readonly finished: boolean }>> =>
      commitBatch(db, part, async (tx) => {
        const counts = await settleOrigins(tx, part, content, settled);
        const { checkpoint } = part;
        const finished = checkpoint.walked && !hasRemovalsToRetry(part) && !(await hasPending(tx, part));
        return {
          finished,
          checkpoint: {
            ...checkpoint,
            batches: checkpoint.batches + 1,
            done: checkpoint.done + counts.done,
            failed: checkpoint.failed + counts.failed,
            originsRemoved: checkpoint.originsRemoved + counts.originsRemoved,
          },
          result: { ...counts, finished },
        };
      }),
  };
}

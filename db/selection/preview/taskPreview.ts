import { keepsAside } from '../../../domain/gc/gcContent.ts';
import type { TaskWork } from '../../../domain/tasks/engineTask.ts';
import { estimateSeconds, type TaskPreview } from '../../../domain/tasks/preview.ts';
import type { Database } from '../../sql/connection.ts';
import { timeOf } from '../../sql/databaseClock.ts';
import { refuseConflict } from '../../tasks/versionConflicts.ts';
import { freedBytes } from './freedSpace.ts';
import { countObjects, findObjects, showObjects } from './previewedObjects.ts';
import { countSamplesLeft, countWithoutSample } from './previewedSamples.ts';
import type { PreviewedWork, PreviewLimits } from './previewedWork.ts';
import { recentRate } from './recentRate.ts';

// Together below a second, with the time that everything else needs.
const defaultLimits: PreviewLimits = { exactUpTo: 100_000, countMs: 300, questionMs: 100 };

export interface PreviewWish {
  /** What stands against the task now does not count. */
  readonly forLater?: boolean;
  /** Objects that were there at this time of the database, not those that are there now. */
  readonly at?: Date;
  /** Counts all objects, however many, if this is enough. */
  readonly countAllMs?: number;
}

export type TaskPreviews = ReturnType<typeof createTaskPreviews>;

/** Looks at what a task would deal with, by the same pieces of SQL that would plan and do it; changes nothing. */
export function createTaskPreviews(db: Database, limits: PreviewLimits = defaultLimits) {
  return {
    /**
     * `workAt` makes of a time of the database what it would do.
     * @throws what `workAt` throws, and DomainError versionInUse as making the task would
     */
    preview: (workAt: (now: Date) => TaskWork, wish: PreviewWish = {}): Promise<TaskPreview> =>
      db.transaction(async (tx) => {
        // Compiling a statement that ends after a few milliseconds takes longer than the statement.
        await tx.query(
          'set transaction isolation level repeatable read, read only; set local jit = off; set local lock_timeout = 400',
        );
        const { forLater = false, at = null, countAllMs } = wish;
        const time = at ?? (await timeOf(tx));
        const work = workAt(time);
        if (!forLater) await refuseConflict(tx, work);
        const previewed: PreviewedWork = { tx, work, at: at?.toISOString() ?? null, limits };
        const { keys, ...found } = await findObjects(previewed);
        const all =
          found.isExact || countAllMs === undefined ? null : await countObjects(previewed, countAllMs);
        const counted = all === null ? found : { ...found, count: all, isExact: true };
        const rate = await recentRate(previewed);
        const bytes = await freedBytes(previewed, counted.count);
        const isKept = work.kind === 'gc' && keepsAside(work.content);
        return {
          ...counted,
          time,
          sample: await showObjects(previewed, keys),
          samplesLeft: await countSamplesLeft(previewed, found.isExact),
          withoutSample: await countWithoutSample(previewed, { ...found, count: counted.count }),
          ...(isKept ? { freedBytes: 0, asideBytes: bytes } : { freedBytes: bytes, asideBytes: null }),
          estimatedSeconds: estimateSeconds(counted.count, rate?.objectsPerSecond ?? null),
          rate,
        };
      }),
  };
}

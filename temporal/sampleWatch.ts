import type { OwnerlessCount } from '../db/faces/ownerlessCount.ts';
import type { TombstoneStore } from '../db/gc/tombstoneStore.ts';
import type { Metrics } from '../platform/metrics.ts';

export interface SampleWatchDeps {
  readonly ownerless: OwnerlessCount;
  readonly tombstones: Pick<TombstoneStore, 'figures'>;
  readonly metrics: Pick<Metrics, 'samplesWithoutOwner' | 'sampleTombstones' | 'sampleTombstoneAge'>;
}

export type SampleWatch = ReturnType<typeof createSampleWatch>;

/** What removals have left: samples without an owner, and files whose rows are gone. */
export function createSampleWatch({ ownerless, tombstones, metrics }: SampleWatchDeps) {
  return {
    /** Counts on; for one process at a time. */
    count: (): Promise<void> => ownerless.step(),

    publish: async (): Promise<void> => {
      const [{ total }, { pending, refused, oldestSeconds }] = await Promise.all([
        ownerless.figures(),
        tombstones.figures(),
      ]);
      if (total !== null) metrics.samplesWithoutOwner.set(total);
      metrics.sampleTombstones.set({ state: 'pending' }, pending);
      metrics.sampleTombstones.set({ state: 'refused' }, refused);
      metrics.sampleTombstoneAge.set(oldestSeconds);
    },
  };
}

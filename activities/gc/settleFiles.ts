import type { TombstoneStore } from '../../db/gc/tombstoneStore.ts';
import { removesSamples, type GcContent } from '../../domain/gc/gcContent.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import type { SampleRemoval } from '../../imagestore/sampleRemoval.ts';
import type { PartDeps } from '../runPart.ts';

export interface FileDeps extends Pick<PartDeps, 'metrics'> {
  readonly files: Pick<TombstoneStore, 'listPending' | 'settle'>;
  readonly removeFiles: SampleRemoval['remove'];
}

// Some seconds of work; a pause or a cancel is seen after it.
const readAtOnce = 2_000;

/** Answers what removes files of a part and books what came of it. */
export function createFileSettling(deps: FileDeps, content: GcContent, stop: AbortSignal) {
  let looksForLeft = removesSamples(content);

  /** @throws DomainError sampleStoreUnavailable; what was not tried stays for the next attempt */
  const settle = async (
    part: ClaimedPart,
    storageKeys: readonly string[],
  ): Promise<{ part: ClaimedPart; failed: number }> => {
    if (storageKeys.length === 0) return { part, failed: 0 };
    const { outcomes, away } = await deps.removeFiles(storageKeys);
    const settled = await deps.files.settle(part, content, outcomes);
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'failed' }, Math.max(0, settled.failed));
    if (away !== null) throw away;
    return settled;
  };

  return {
    settle,

    /**
     * The next files that rows have left behind: of days that were emptied at once, between the commit and the files of an
     * earlier attempt, or those that a retry wants again.
     */
    settleLeft: async (part: ClaimedPart): Promise<ClaimedPart> => {
      if (!looksForLeft || stop.aborted) return part;
      const storageKeys = await deps.files.listPending(part, readAtOnce);
      looksForLeft = storageKeys.length === readAtOnce;
      const settled = await settle(part, storageKeys);
      deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'done' }, Math.max(0, -settled.failed));
      return settled.part;
    },
  };
}

import { nextBatchSize } from '../domain/tasks/pace.ts';
import { removesOrigins, removesSamples, type GcContent } from '../domain/tasks/gcContent.ts';
import type { ClaimedPart, Committed, PartRef } from '../domain/tasks/parts.ts';
import { createEmptying, type EmptyDeps } from './emptyPart.ts';
import { runPart, type BatchReport, type CommitNext, type PartDeps } from './runPart.ts';
import { createFileSettling, type FileDeps } from './settleFiles.ts';
import { createOriginSettling, type OriginDeps } from './settleOrigins.ts';

export interface GcPartDeps extends PartDeps, OriginDeps, FileDeps {
  readonly gc: {
    readonly emptyWhole: EmptyDeps['emptyWhole'];
    removeNext(
      part: ClaimedPart,
      content: GcContent,
      size: number,
    ): Promise<
      Committed<{
        readonly removed: number;
        readonly awaitingOrigins: number;
        readonly finished: boolean;
        readonly storageKeys: readonly string[];
      }>
    >;
  };
  /** @throws DomainError sampleStoreUnavailable when no file can be removed now */
  readonly checkSampleStore: () => Promise<void>;
}

// 10,000 was the best of a prototype at four connections; more only makes a stop slower.
const bounds = { smallest: 100, largest: 20_000 };
const firstSize = 2_000;

export function createGcPart(deps: GcPartDeps) {
  // What one part has learned about batches of a target is where the next one starts.
  const learned = new Map<GcContent['target'], number>();
  return (partRef: PartRef) =>
    runPart(deps, 'gc', partRef, ({ task, isWhole }, _left, stop) => {
      if (task.kind !== 'gc') throw new TypeError(`task ${task.taskId} is no gc`);
      const { content } = task;
      const files = createFileSettling(deps, content, stop);
      const removeNext = createRemoval(deps, content, learned, files);
      if (isWhole) {
        const emptyNext = createEmptying({ ...deps, emptyWhole: deps.gc.emptyWhole }, content, stop);
        return async (part, most) => (await emptyNext(part)) ?? removeNext(part, most);
      }
      // What an earlier attempt left comes first; files and image origins of each batch go before the next batch.
      const afterFiles =
        (next: CommitNext): CommitNext =>
        async (part, most) =>
          next(await files.settleLeft(part), most);
      if (!removesOrigins(content)) return afterFiles(removeNext);
      const settleNext = createOriginSettling(deps, content, stop);
      return afterFiles(async (part, most) => (await settleNext(part)) ?? removeNext(part, most));
    });
}

function createRemoval(
  deps: GcPartDeps,
  content: GcContent,
  learned: Map<GcContent['target'], number>,
  files: ReturnType<typeof createFileSettling>,
) {
  return async (part: ClaimedPart, most: number): Promise<Committed<BatchReport>> => {
    const size = Math.min(most, learned.get(content.target) ?? firstSize);
    const started = performance.now();
    // Else rows would go whose files cannot, and wait as tombstones.
    if (removesSamples(content)) await deps.checkSampleStore();
    const answer = await deps.gc.removeNext(part, content, size);
    if (answer.kind !== 'committed') return answer;
    const { removed, awaitingOrigins, finished, storageKeys } = answer.result;
    const settled = await files.settle(answer.part, storageKeys);
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'done' }, removed - awaitingOrigins - settled.failed);
    const elapsedMs = performance.now() - started;
    // A part's last batch may be small, whatever size it was allowed, and so is a throttled one.
    if (!finished && size < most) {
      learned.set(
        content.target,
        nextBatchSize(size, elapsedMs, { ...bounds, targetMs: deps.batchTargetMs }),
      );
    }
    return { ...answer, part: settled.part, result: { objects: removed, elapsedMs, finished } };
  };
}

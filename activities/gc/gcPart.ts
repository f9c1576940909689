import { setTimeout as wait } from 'node:timers/promises';
import type { GcStore } from '../../db/gc/gcStore.ts';
import { type GcContent, isRehearsal, removesOrigins, removesSamples } from '../../domain/gc/gcContent.ts';
import { nextBatchSize } from '../../domain/tasks/pace.ts';
import {
  type ClaimedPart,
  type Committed,
  hasRemovalsToRetry,
  type PartRef,
} from '../../domain/tasks/parts.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';
import { type BatchReport, type CommitNext, type PartDeps, runPart } from '../runPart.ts';
import { createFileSettling, type FileDeps } from './settleFiles.ts';
import { createOriginSettling, type OriginDeps } from './settleOrigins.ts';

export interface GcPartDeps extends PartDeps, OriginDeps, FileDeps {
  readonly gc: Pick<GcStore, 'emptyWhole' | 'removeNext'>;
  readonly checkSampleStore: ImageStore['check'];
}

// 10,000 was the best of a prototype at four connections; more only makes a stop slower.
const bounds = { smallest: 100, largest: 20_000 };
const firstSize = 2_000;

export function createGcPart(deps: GcPartDeps) {
  // What one part has learned about batches of a target is where the next one starts.
  const learned = new Map<GcContent['target'], number>();
  return (partRef: PartRef) =>
    runPart(deps, 'gc', partRef, ({ task, isWhole }, _left, stop) => {
      if (task.kind !== 'gc') throw new TypeError(`task ${task.taskId} is not a gc`);
      const { content } = task;
      const files = createFileSettling(deps, content, stop);
      const removeNext = createRemoval(deps, content, learned, files);
      // What an earlier attempt left comes first; files and image origins of each batch go before the next batch.
      const afterFiles =
        (next: CommitNext): CommitNext =>
        async (part, most) =>
          next(await files.settleLeft(part), most);
      const withOrigins = (next: CommitNext): CommitNext => {
        const settleNext = createOriginSettling(deps, content, stop);
        return async (part, most) => {
          const isRetry = part.checkpoint.walked && hasRemovalsToRetry(part);
          return (isRetry ? null : await settleNext(part)) ?? next(part, most);
        };
      };
      const byRows = removesOrigins(content) ? afterFiles(withOrigins(removeNext)) : afterFiles(removeNext);
      if (!isWhole) return byRows;
      const emptyNext = createEmptying(deps, content, stop);
      return async (part, most) => (await emptyNext(part)) ?? byRows(part, most);
    });
}

function createRemoval(
  deps: GcPartDeps,
  content: GcContent,
  learned: Map<GcContent['target'], number>,
  files: ReturnType<typeof createFileSettling>,
) {
  // How many of the next objects hold one that cannot be removed, and how many are tried at once until it is found. Where
  // there was one there are often more: after it the batches grow from one again.
  let suspects = 0;
  let atOnce = Infinity;

  const removeSome = async (part: ClaimedPart, most: number) => {
    for (;;) {
      const size = Math.min(most, atOnce, learned.get(content.target) ?? firstSize);
      const answer = await deps.gc.removeNext(part, content, size);
      if (answer.kind === 'faulty') {
        if (answer.isSlow) learned.set(content.target, Math.ceil(size / 2));
        else suspects = size;
        atOnce = Math.ceil(size / 2);
        continue;
      }
      const isFound = answer.kind === 'committed' && answer.result.failed > 0;
      suspects = isFound ? 0 : Math.max(0, suspects - size);
      atOnce = isFound ? 1 : suspects > 0 ? Math.ceil(suspects / 2) : 2 * atOnce;
      return { answer, size };
    }
  };

  return async (part: ClaimedPart, most: number): Promise<Committed<BatchReport>> => {
    const started = performance.now();
    // Else rows would go whose files cannot, and wait as tombstones.
    if (removesSamples(content) && !isRehearsal(content)) await deps.checkSampleStore();
    const { answer, size } = await removeSome(part, most);
    if (answer.kind !== 'committed') return answer;
    const { removed, failed, awaitingOrigins, finished, storageKeys } = answer.result;
    const settled = await files.settle(answer.part, storageKeys);
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'done' }, removed - awaitingOrigins - settled.failed);
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'failed' }, failed);
    const elapsedMs = performance.now() - started;
    // A part's last batch may be small, whatever size it was allowed, and so is a throttled one, or one that looks for
    // what cannot be removed.
    if (!finished && size === (learned.get(content.target) ?? firstSize)) {
      learned.set(
        content.target,
        nextBatchSize(size, elapsedMs, { ...bounds, targetMs: deps.batchTargetMs.gc }),
      );
    }
    return {
      ...answer,
      part: settled.part,
      result: {
        objects: removed + failed,
        failed: failed + Math.max(0, settled.failed),
        elapsedMs,
        finished,
      },
    };
  };
}

const tries = 20;
const betweenMs = 250;

/**
 * Answers a function that tries to empty the part at once; it answers null when it has been emptied, and has to be walked
 * for what is left of it, files or rows of others; or when its readers leave no gap.
 */
function createEmptying(
  deps: Pick<GcPartDeps, 'gc' | 'metrics' | 'checkSampleStore'>,
  content: GcContent,
  stop: AbortSignal,
) {
  let triesLeft = tries;
  return async (part: ClaimedPart): Promise<Committed<BatchReport> | null> => {
    if (triesLeft === 0 || part.checkpoint.walked) return null;
    triesLeft -= 1;
    const started = performance.now();
    // Else rows would go whose files cannot, and wait as tombstones.
    if (content.target === 'events' && content.remove_samples) await deps.checkSampleStore();
    const answer = await deps.gc.emptyWhole(part, content);
    if (answer.kind !== 'committed') return answer;
    const { result } = answer;
    if (result.kind === 'mixed') triesLeft = 0;
    if (result.kind === 'busy') await wait(betweenMs, undefined, { signal: stop }).catch(() => undefined);
    const removed = result.kind === 'emptied' ? result.removed : 0;
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'done' }, removed);
    // A rate spares the database; one truncation costs it no more for many rows than for few.
    return {
      ...answer,
      result: {
        ...{ objects: 0, failed: 0, elapsedMs: performance.now() - started },
        finished: result.kind === 'emptied' && result.files === 0,
      },
    };
  };
}

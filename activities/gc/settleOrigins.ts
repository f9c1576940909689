import { setTimeout as wait } from 'node:timers/promises';
import type { SettledOrigin } from '../../db/gc/originBatch.ts';
import type { OriginStore } from '../../db/gc/originStore.ts';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import { judgeOrigin, type OriginAnswer, type OriginRemoval } from '../../domain/gc/originRemoval.ts';
import type { ClaimedPart, Committed } from '../../domain/tasks/parts.ts';
import { type GuardedRequest, GuardedRequestError } from '../../platform/outgoing/guardedRequest.ts';
import type { BatchReport, PartDeps } from '../runPart.ts';

export interface OriginDeps extends Pick<PartDeps, 'metrics' | 'batchTargetMs'> {
  readonly origins: Pick<OriginStore, 'readDue' | 'settle'>;
  readonly deleteOrigin: (url: string, signal: AbortSignal) => Promise<OriginAnswer>;
}

const atOnce = 16;
const readAtOnce = 512;
// Control is looked at this often while a part has nothing to do but to wait for the next try.
const longestWaitMs = 1_000;

/**
 * Answers a function that tries the part's due origins and commits what became of them. It stops taking new ones after
 * a batch's time, so that a slow host delays a pause by one request, not by hundreds. Answers null when there is
 * nothing to do before the range is walked on.
 */
export function createOriginSettling(deps: OriginDeps, content: GcContent, stop: AbortSignal) {
  return async (part: ClaimedPart): Promise<Committed<BatchReport> | null> => {
    const started = performance.now();
    const { due, nextInMs } = await deps.origins.readDue(part, readAtOnce);
    if (due.length === 0 && !part.checkpoint.walked) return null;
    if (due.length === 0 && nextInMs !== null) {
      await wait(Math.min(nextInMs, longestWaitMs), undefined, { signal: stop }).catch(() => undefined);
    }
    const settled = await tryOrigins(deps, due, stop);
    const answer = await deps.origins.settle(part, content, settled);
    if (answer.kind !== 'committed') return answer;
    const { done, failed, finished } = answer.result;
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'done' }, done);
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'failed' }, Math.max(0, failed));
    // The rate counted these objects when their rows were removed.
    return {
      ...answer,
      result: { objects: 0, failed: Math.max(0, failed), elapsedMs: performance.now() - started, finished },
    };
  };
}

/** What `stop` cuts off is not among the answers: its row stays as it is. */
async function tryOrigins(
  { deleteOrigin, batchTargetMs }: OriginDeps,
  due: readonly OriginRemoval[],
  stop: AbortSignal,
): Promise<SettledOrigin[]> {
  const settled: SettledOrigin[] = [];
  const queue = due.values();
  const until = performance.now() + batchTargetMs.gc;
  const work = async () => {
    for (const removal of queue) {
      try {
        const answer = await deleteOrigin(removal.url, stop);
        settled.push({ removal, outcome: judgeOrigin(answer, removal.attempts) });
      } catch (error) {
        if (stop.aborted) return;
        throw error;
      }
      if (performance.now() > until) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return settled;
}

/** Asks an image's origin to remove it, and says what came of it; rejects only when the signal fires. */
export function createOriginDeletion(client: Pick<GuardedRequest, 'send'>) {
  return async (url: string, signal: AbortSignal): Promise<OriginAnswer> => {
    try {
      return { kind: 'answered', status: await client.send({ method: 'DELETE', url, signal }) };
    } catch (error) {
      if (!(error instanceof GuardedRequestError)) throw error;
      return {
        kind: error.failure === 'refused' ? 'forbidden' : 'unreachable',
        reason: error.message,
      };
    }
  };
}

import { setTimeout as wait } from 'node:timers/promises';
import type { GcContent } from '../../domain/gc/gcContent.ts';
import type { ClaimedPart, Committed } from '../../domain/tasks/parts.ts';
import type { BatchReport } from '../runPart.ts';
import type { GcPartDeps } from './gcPart.ts';

const tries = 20;
const betweenMs = 250;

/**
 * Answers a function that tries to empty the part at once; it answers null when the part has to be walked after all:
 * it has got rows of others, or its readers leave no gap.
 */
export function createEmptying(
  deps: Pick<GcPartDeps, 'gc' | 'metrics'>,
  content: GcContent,
  stop: AbortSignal,
) {
  let triesLeft = tries;
  return async (part: ClaimedPart): Promise<Committed<BatchReport> | null> => {
    if (triesLeft === 0) return null;
    triesLeft -= 1;
    const started = performance.now();
    const answer = await deps.gc.emptyWhole(part, content);
    if (answer.kind !== 'committed') return answer;
    const { kind, removed } = answer.result;
    if (kind === 'mixed') triesLeft = 0;
    if (kind === 'busy') await wait(betweenMs, undefined, { signal: stop }).catch(() => undefined);
    deps.metrics.taskObjects.inc({ type: 'gc', outcome: 'done' }, removed);
    // A rate spares the database; one truncation costs it no more for many rows than for few.
    return {
      ...answer,
      result: { objects: 0, failed: 0, elapsedMs: performance.now() - started, finished: kind === 'emptied' },
    };
  };
}

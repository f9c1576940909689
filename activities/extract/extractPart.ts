import type { ExtractBatch, ExtractStore } from '../../db/extract/extractStore.ts';
import type { ExtractCounts, ExtractOutcome, ExtractPhase } from '../../domain/extract/extraction.ts';
import type { ExtractContent } from '../../domain/extract/extractContent.ts';
import { DomainError } from '../../domain/errors.ts';
import { nextBatchSize } from '../../domain/tasks/pace.ts';
import type { ClaimedPart, Committed, PartRef } from '../../domain/tasks/parts.ts';
import { inSpan } from '../../platform/tracing/span.ts';
import { createSampleExtraction, type SampleDeps } from './extractSample.ts';
import { runPart, type BatchReport, type PartDeps } from '../runPart.ts';

export interface ExtractPartDeps extends PartDeps, SampleDeps {
  readonly extract: Pick<ExtractStore, 'readNext' | 'commit'>;
}

const bounds = { smallest: 4, largest: 512 };
const firstSize = 16;

/** Objects of one batch, with their outcomes under way. */
interface Reading {
  readonly phase: ExtractPhase;
  readonly lastKey: string | null;
  readonly phaseOver: boolean;
  readonly outcomes: Promise<ExtractOutcome[]>;
}

/**
 * The next batch is read, and its samples wait in the extractors' queue, while the last one is being computed and
 * committed, so that the networks never wait for the disk or the database.
 */
export function createExtractPart(deps: ExtractPartDeps) {
  return (partRef: PartRef) =>
    runPart(deps, 'extract', partRef, (claimed, left, stop) => {
      const { task } = claimed;
      if (task.kind !== 'extract') throw new TypeError(`task ${task.taskId} is not an extract`);
      const { content } = task;
      const extractSample = createSampleExtraction(deps, content, left, stop);
      let size = firstSize;
      let most = Infinity;

      const read = async (phase: ExtractPhase, cursor: string | null): Promise<Reading> => {
        const wanted = Math.min(size, most);
        const candidates = await deps.extract.readNext(claimed, content, phase, cursor, wanted);
        const outcomes = Promise.all(candidates.map(extractSample));
        // It is awaited one batch later; until then a rejection must not count as unhandled.
        outcomes.catch(() => undefined);
        return {
          phase,
          lastKey: candidates.at(-1)?.objectId ?? null,
          phaseOver: candidates.length < wanted,
          outcomes,
        };
      };
      const follow = ({ phase, lastKey, phaseOver }: Reading): Promise<Reading> | null => {
        if (!phaseOver) return ahead(read(phase, lastKey));
        return phase === 'range' && claimed.retryErrors ? ahead(read('errors', null)) : null;
      };

      const { walked, cursor, errorCursor } = claimed.checkpoint;
      let next: Promise<Reading> | null = null;
      let atStart = true;
      return async (part, limit) => {
        most = limit;
        if (atStart) {
          atStart = false;
          next = walked && claimed.retryErrors ? read('errors', errorCursor) : read('range', cursor);
        }
        const started = performance.now();
        const reading = await (next ?? read('range', part.checkpoint.cursor));
        next = follow(reading);
        const outcomes = await inSpan('wait for extractors', {}, () => reading.outcomes);
        const { phase, lastKey, phaseOver } = reading;
        const answer = await commitInPieces(deps, part, content, {
          phase,
          outcomes,
          lastKey,
          phaseOver,
          finished: next === null,
        });
        if (answer.kind !== 'committed') return answer;
        const elapsedMs = performance.now() - started;
        size = nextBatchSize(size, elapsedMs, { ...bounds, targetMs: deps.batchTargetMs.extract });
        const { done, failed, skipped } = answer.result;
        deps.metrics.taskObjects.inc({ type: 'extract', outcome: 'done' }, done);
        deps.metrics.taskObjects.inc({ type: 'extract', outcome: 'failed' }, Math.max(0, failed));
        deps.metrics.taskObjects.inc({ type: 'extract', outcome: 'skipped' }, skipped);
        const report: BatchReport = {
          objects: outcomes.length,
          failed: Math.max(0, failed),
          elapsedMs,
          finished: next === null,
        };
        return { ...answer, result: report };
      };
    });
}

/**
 * Commits a batch; one with objects that the database refuses in pieces, halved until they are found. They become
 * errors.
 */
async function commitInPieces(
  deps: ExtractPartDeps,
  claimed: ClaimedPart,
  content: ExtractContent,
  batch: ExtractBatch,
): Promise<Committed<ExtractCounts>> {
  const answer = await deps.extract.commit(claimed, content, batch);
  if (answer.kind !== 'faulty') return answer;
  const { outcomes } = batch;
  const [only] = outcomes;
  if (only === undefined) throw new DomainError('attemptFailed', answer.detail);
  if (outcomes.length === 1) {
    // A second refusal is not about what was made.
    if (only.kind === 'failed') throw new DomainError('attemptFailed', answer.detail);
    const { objectId } = only;
    const refused = { kind: 'failed', objectId, error: 'objectNotWritten', detail: answer.detail } as const;
    return commitInPieces(deps, claimed, content, { ...batch, outcomes: [refused] });
  }
  const firstHalf = outcomes.slice(0, Math.ceil(outcomes.length / 2));
  const first = await commitInPieces(deps, claimed, content, {
    ...{ phase: batch.phase, outcomes: firstHalf, lastKey: firstHalf.at(-1)?.objectId ?? null },
    ...{ phaseOver: false, finished: false },
  });
  if (first.kind !== 'committed') return first;
  const second = await commitInPieces(deps, first.part, content, {
    ...batch,
    outcomes: outcomes.slice(firstHalf.length),
  });
  if (second.kind !== 'committed') return second;
  const sum = (of: keyof ExtractCounts): number => first.result[of] + second.result[of];
  return { ...second, result: { done: sum('done'), failed: sum('failed'), skipped: sum('skipped') } };
}

/** A read-ahead may be dropped when the part stops; its failure is then nobody's. */
function ahead(reading: Promise<Reading>): Promise<Reading> {
  reading.catch(() => undefined);
  return reading;
}

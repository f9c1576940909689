import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createExtractPart, type ExtractPartDeps } from '../../activities/extract/extractPart.ts';
import type { Candidate } from '../../domain/extract/extraction.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import type { ClaimedPart } from '../../domain/tasks/parts.ts';
import { explainFailure } from '../../db/engine/faults.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { waitFor } from '../support/waitFor.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const ref = { taskId: 1, generation: 1 };

const task: EngineTask = {
  ...{ kind: 'extract', taskId: 1, taskType: 5, state: 'running', desiredState: 'run', generation: 1 },
  content: {
    extraction_target: 'face_descriptor',
    options: { missing: true, descriptor_version: 3, default_descriptor_version: 1 },
    filters: { objects_type: 'faces' },
    store_results: true,
  },
  ...{
    upperBound: '2026-01-01',
    planCursor: null,
    planDone: true,
    isDefaultRemoved: false,
    restState: null,
    windowSize: null,
    priority: 3,
    errorBudget: null,
    objectsLimit: null,
  },
};

const part: ClaimedPart = {
  ...{
    task,
    partNo: 1,
    subtaskId: 1,
    claim: 'mine',
    expected: 1_000,
    isSparse: false,
    retryErrors: false,
    retryCode: null,
    isWhole: false,
    attempt: 1,
  },
  range: { fromKey: null, toKey: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
  checkpoint: {
    ...{ cursor: null, walked: false, errorCursor: null, batches: 0 },
    ...{ done: 0, failed: 0, skipped: 0, samplesRemoved: 0, samplesLeft: 0, originsRemoved: 0 },
  },
};

function candidates(first: number, count: number): Candidate[] {
  return Array.from({ length: count }, (_, index) => {
    const id = String(first + index).padStart(6, '0');
    return { objectId: id, standing: 'lacking', sampleId: id, generation: 1, storageKey: `image-${id}` };
  });
}

test('samples that were read ahead for a part that stops no longer wait for an extractor', async () => {
  const read: string[] = [];
  const waiting: (() => Promise<Uint8Array>)[] = [];
  let asked = 0;
  const deps: ExtractPartDeps = {
    claims: {
      claim: () => Promise.resolve({ kind: 'claimed', part }),
      readControl: () => Promise.resolve({ desired: 'run', objectsPerSecond: null, runningParts: 1 }),
      giveBack: () => Promise.resolve(),
      fail: () => Promise.resolve(),
    },
    announce: () => undefined,
    restPerWork: () => 0,
    explain: explainFailure,
    log,
    sums: () => Promise.resolve({ done: 0, failed: 0, skipped: 0 }),
    metrics: createMetrics(),
    stopping: new AbortController().signal,
    whileResting: (_kind, wait) => wait(),
    batchTargetMs: { gc: 200, extract: 200 },
    readSample: (key) => {
      read.push(key);
      return Promise.resolve(Buffer.from(key));
    },
    // Sixteen find an extractor, the others wait until there is room.
    extractDescriptor: async ({ bytes }) => {
      asked += 1;
      if (asked > 16) return new Promise(() => waiting.push(bytes));
      await bytes();
      return new Float32Array(2);
    },
    tellAttributes: () => Promise.reject(new Error('nobody asks for attributes')),
    extract: {
      readNext: (_part, _content, _phase, cursor, size) =>
        Promise.resolve(candidates(Number(cursor ?? 0) + 1, size)),
      commit: async () => {
        await waitFor('the next batch waits', () => waiting.length > 0);
        return { kind: 'stopped' };
      },
    },
  };

  const answer = await new MockActivityEnvironment().run(createExtractPart(deps), { ref, partNo: 1 });
  assert.equal(answer, 'stopped');
  for (const bytes of waiting) assert.throws(bytes, { name: 'AbortError' });
  assert.equal(read.length, 16);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { runPart, type BatchReport, type PartDeps } from '../../activities/runPart.ts';
import type { EngineTask } from '../../domain/tasks/engineTask.ts';
import type { ClaimedPart, Committed } from '../../domain/tasks/parts.ts';
import { explainFailure } from '../../db/engine/faults.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const ref = { taskId: 1, generation: 1 };

const task: EngineTask = {
  ...{ kind: 'gc', taskId: 1, taskType: 4, state: 'running', desiredState: 'run', generation: 1 },
  content: { target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: true },
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
    expected: 3,
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

function depsWith(stopping: AbortSignal, released: string[]): PartDeps {
  return {
    claims: {
      claim: () => Promise.resolve({ kind: 'claimed', part }),
      readControl: () => Promise.resolve({ desired: 'run', objectsPerSecond: null, runningParts: 1 }),
      giveBack: () => Promise.resolve(void released.push('released')),
      fail: () => Promise.resolve(),
    },
    announce: () => undefined,
    restPerWork: () => 0,
    explain: explainFailure,
    log,
    sums: () => Promise.resolve({ done: 3, failed: 0, skipped: 0 }),
    metrics: createMetrics(),
    stopping,
    whileResting: (_kind, wait) => wait(),
    batchTargetMs: { gc: 100, extract: 100 },
  };
}

/** A batch of one object under a limit of `perSecond`. */
function batch(perSecond: number, finished: boolean): Committed<BatchReport> {
  const control = { desired: 'run', objectsPerSecond: perSecond, runningParts: 1 } as const;
  return { kind: 'committed', part, control, result: { objects: 1, failed: 0, elapsedMs: 0.25, finished } };
}

const runIn = (deps: PartDeps, commitNext: () => Promise<Committed<BatchReport>>): Promise<unknown> =>
  new MockActivityEnvironment().run(() => runPart(deps, 'gc', { ref, partNo: 1 }, () => commitNext));

test('a throttled part waits after each batch, whatever fraction of a millisecond that is', async () => {
  const started = performance.now();
  let batches = 0;
  const answer = await runIn(depsWith(new AbortController().signal, []), () =>
    Promise.resolve(batch(30, ++batches === 3)),
  );
  assert.equal(answer, 'done');
  assert.equal(batches, 3);
  const waited = performance.now() - started;
  assert.ok(waited >= 60, `two waits of 33 ms took ${waited} ms`);
});

test('a part rests after each batch while the database falls behind, whatever the rate of its task', async () => {
  const rest = async (restPerWork: number): Promise<number> => {
    let rests = 0;
    let batches = 0;
    const deps: PartDeps = {
      ...depsWith(new AbortController().signal, []),
      restPerWork: () => restPerWork,
      whileResting: (_kind, wait) => {
        rests += 1;
        return wait();
      },
    };
    await runIn(deps, async () => {
      await setTimeout(2);
      return {
        ...batch(1, ++batches === 3),
        control: { desired: 'run', objectsPerSecond: null, runningParts: 1 },
      };
    });
    return rests;
  };
  assert.deepEqual([await rest(0), await rest(4)], [0, 3]);
});

test('a part that waits is given back at once when its worker is to stop', async () => {
  const stopping = new AbortController();
  const released: string[] = [];
  const running = runIn(depsWith(stopping.signal, released), () => {
    setImmediate(() => {
      stopping.abort();
    });
    return Promise.resolve(batch(0.01, false));
  });
  await assert.rejects(running, /the worker is stopping/);
  assert.deepEqual(released, ['released']);
});

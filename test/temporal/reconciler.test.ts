import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskStart } from '../../domain/tasks/parts.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { runReconciler, type ReconcilerDeps } from '../../temporal/reconciler.ts';
import { waitFor } from '../support/waitFor.ts';

const requestId = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';
const away = () => Promise.reject(new Error('Temporal does not answer'));
const nothing = () => Promise.resolve();

/** A task that waits to be started, and where the gauge of that goes. */
function reconcile(gateway: ReconcilerDeps['gateway']) {
  const metrics = createMetrics();
  const stopping = new AbortController();
  const waiting = {
    ...{ taskId: 1, generation: 1, requestId, idleSeconds: 400 },
    ...{ state: 'pending' as const, desiredState: 'run' as const },
  };
  const running = runReconciler(
    {
      tasks: {
        asLeader: (work) => work().then(() => true),
        list: () => Promise.resolve([waiting]),
        raiseGeneration: () => Promise.resolve(null),
        figures: () => Promise.resolve({ tasks: [], checkpointAgeSeconds: 0, outboxAgeSeconds: 400 }),
      },
      gateway,
      ...{ followSchedules: nothing, watchMissedRuns: nothing, sampleHistory: nothing, mergeCounts: nothing },
      sweepFiles: () => Promise.resolve(0),
      sampleWatch: { count: nothing, publish: nothing },
      metrics,
      log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
      intervalMs: 1,
    },
    stopping.signal,
  );
  const stop = async (): Promise<string> => {
    stopping.abort();
    await running;
    return metrics.render();
  };
  return { stop };
}

test('the age of what waits is told while Temporal is away', async () => {
  let looked = 0;
  const findTask = () => {
    looked++;
    return away();
  };
  const { stop } = reconcile({ findTask, startTask: away, controlTask: away });
  await waitFor('two rounds', () => looked > 1);
  assert.match(await stop(), /^luna_outbox_age_seconds 400$/m);
});

test('a task whose start got lost is started with the request that asked for it', async () => {
  const started: TaskStart[] = [];
  const { stop } = reconcile({
    findTask: () => Promise.resolve('missing'),
    startTask: (task) => {
      started.push(task);
      return nothing();
    },
    controlTask: () => Promise.resolve(true),
  });
  await waitFor('the start', () => started.length > 0);
  await stop();
  assert.deepEqual(started[0], { taskId: 1, generation: 1, requestId });
});

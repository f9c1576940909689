import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskStart } from '../../domain/tasks/parts.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { runReconciler, type ReconcilerDeps } from '../../temporal/reconciler.ts';
import { waitFor } from '../support/waitFor.ts';

const noFigures = {
  ...{ tasks: [], checkpointAgeSeconds: 0, failedAttempts: 0 },
  ...{ approvalsWaiting: 0, approvalAgeSeconds: 0 },
};

const requestId = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';
const away = () => Promise.reject(new Error('Temporal does not answer'));
const nothing = () => Promise.resolve();
const none = () => Promise.resolve(0);

/** A task that waits to be started, and where the gauge of that goes. */
function reconcile(gateway: ReconcilerDeps['gateway'], changes: Partial<ReconcilerDeps> = {}) {
  const metrics = createMetrics();
  const stopping = new AbortController();
  const waiting = {
    ...{ taskId: 1, generation: 1, requestId, priority: 2, idleSeconds: 400 },
    ...{ state: 'pending' as const, desiredState: 'run' as const },
  };
  const running = runReconciler(
    {
      tasks: {
        asLeader: (work) => work().then(() => true),
        list: () => Promise.resolve([waiting]),
        raiseGeneration: () => Promise.resolve(null),
        figures: () => Promise.resolve({ ...noFigures, outboxAgeSeconds: 400 }),
      },
      gateway,
      startNext: nothing,
      isHeldUp: () => Promise.resolve(false),
      ...{
        followSchedules: nothing,
        followNetworkChecks: nothing,
        followUpgrades: nothing,
        followMaintenance: nothing,
        expireApprovals: nothing,
        watchMissedRuns: nothing,
        sampleHistory: nothing,
        sweepOld: nothing,
        keepEventPartitions: nothing,
        moveEvents: () => Promise.resolve(false),
      },
      outgrownWindows: () => Promise.resolve([]),
      ...{ mergeCounts: none, foldSums: none, sweepFiles: none, endUndoWindows: none },
      sampleWatch: { count: nothing, publish: nothing },
      metrics,
      log: createLogger({ name: 'test', level: 'silent', format: 'json' }),
      intervalMs: 1,
      ...changes,
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

test('somebody who waits for a turn although there is a place makes the outbox old, and who waits rightly does not', async () => {
  for (const heldUp of [true, false]) {
    let rounds = 0;
    const figures = () => Promise.resolve({ ...noFigures, outboxAgeSeconds: 0 });
    const tasks = {
      asLeader: (work: () => Promise<void>) => work().then(() => true),
      list: () => Promise.resolve([]),
      raiseGeneration: () => Promise.resolve(null),
      figures,
    };
    const startNext = () => {
      rounds++;
      return nothing();
    };
    const quiet = { findTask: away, startTask: away, controlTask: away };
    const { stop } = reconcile(quiet, {
      ...{ tasks, startNext, isHeldUp: () => Promise.resolve(heldUp), figuresEveryMs: 0 },
    });
    await waitFor('some rounds', () => rounds > 3);
    const [, age] = /^luna_outbox_age_seconds (\S+)$/m.exec(await stop()) ?? [];
    assert.equal(Number(age) > 0, heldUp, age);
  }
});

test('tasks that cannot be looked at hold up no schedule, no sweep, no sample and no other task', async () => {
  const done = { schedules: 0, sweeps: 0, samples: 0, starts: 0, counts: 0, missed: 0 };
  const counted = (chore: keyof typeof done) => () => {
    done[chore]++;
    return nothing();
  };
  const { stop } = reconcile(
    { findTask: away, startTask: away, controlTask: away },
    {
      ...{ followSchedules: counted('schedules'), sampleHistory: counted('samples') },
      ...{ startNext: counted('starts'), watchMissedRuns: counted('missed') },
      mergeCounts: () => counted('counts')().then(none),
      sweepFiles: () => counted('sweeps')().then(none),
    },
  );
  await waitFor('every chore', () => Object.values(done).every((times) => times > 0));
  await stop();
});

test('a round looks at fifty tasks of a kind, however many there are, and the next one goes on behind them', async () => {
  const all = Array.from({ length: 120 }, (_, index) => ({
    ...{ taskId: index + 1, generation: 1, idleSeconds: 1 },
    ...{ state: 'running' as const, desiredState: 'run' as const },
  }));
  const asked: string[] = [];
  const { stop } = reconcile(
    { findTask: () => Promise.resolve('running'), startTask: away, controlTask: away },
    {
      tasks: {
        asLeader: (work) => work().then(() => true),
        list: (which, after, limit) => {
          asked.push(`${which} ${after}`);
          const found = which === 'all' ? all.filter(({ taskId }) => taskId > after) : [];
          return Promise.resolve(found.slice(0, limit));
        },
        raiseGeneration: () => Promise.resolve(null),
        figures: () => Promise.resolve({ ...noFigures, outboxAgeSeconds: 0 }),
      },
    },
  );
  await waitFor('four rounds', () => asked.length >= 8);
  await stop();
  assert.deepEqual(asked.filter((one) => one.startsWith('all')).slice(0, 4), [
    'all 0',
    'all 50',
    'all 100',
    'all 0',
  ]);
});

test('a task whose start got lost is started with the request that asked for it and its priority', async () => {
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
  assert.deepEqual(started[0], { taskId: 1, generation: 1, requestId, priority: 2 });
});

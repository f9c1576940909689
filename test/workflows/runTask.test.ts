import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { Client, Connection } from '@temporalio/client';
import type { TaskRef } from '../../domain/tasks/parts.ts';
import { createLogger } from '../../platform/logger.ts';
import { ensureWorkflowBundle } from '../../temporal/bundle.ts';
import { createGateway, type Gateway } from '../../temporal/gateway.ts';
import { installRuntime } from '../../temporal/runtime.ts';
import { createWorkers, fixedSlots, type Workers } from '../../temporal/workers.ts';
import { queueNames, taskWorkflowId } from '../../workflows/messages.ts';
import { testTemporalAddress } from '../support/servers/database.ts';
import { waitFor } from '../support/waitFor.ts';
import { buildTask, fakeActivities, type FakeTask, type Finish } from './fakeTask.ts';

const log = createLogger({ name: 'test', level: 'error', format: 'json' });
const connection = { address: testTemporalAddress() };
let cache: string;
let bundle: string;
let prefix: string;
let gateway: Gateway;
let workers: Workers;
let stop: AbortController;
let client: Client;
let task: FakeTask;
let ref: TaskRef;

before(async () => {
  await installRuntime(log);
  cache = await mkdtemp(join(tmpdir(), 'luna-bundle-'));
  bundle = await ensureWorkflowBundle(cache);
  client = new Client({ connection: await Connection.connect(connection) });
});

after(async () => {
  await client.connection.close();
  await rm(cache, { recursive: true, force: true });
});

beforeEach(async () => {
  prefix = `test-${randomUUID().slice(0, 8)}-`;
  ref = { taskId: 1, generation: 1 };
  stop = new AbortController();
  gateway = createGateway({ connection, namespace: 'default', taskQueuePrefix: prefix, deadlineMs: 20_000 });
  workers = createWorkers({
    connection,
    namespace: 'default',
    taskQueuePrefix: prefix,
    queues: queueNames,
    activities: fakeActivities(() => task),
    slots: { orchestrate: fixedSlots(10), gc: fixedSlots(10), extract: fixedSlots(10) },
    log,
    stopping: stop.signal,
  });
  await workers.start(bundle);
});

afterEach(async () => {
  workers.shutdown();
  await workers.whenStopped();
  await gateway.close();
});

async function finished(): Promise<Finish> {
  return waitFor('the task is finished', () => task.end);
}

async function runIds(): Promise<number> {
  let runs = 0;
  const query = `WorkflowId = '${taskWorkflowId(prefix, ref)}'`;
  for await (const { status } of client.workflow.list({ query }))
    if (status.name !== 'UNSPECIFIED') runs += 1;
  return runs;
}

test('every part runs once, four at a time, and the task is done', async () => {
  const gates: (() => void)[] = [];
  task = buildTask({
    runPart: () =>
      new Promise((resolve) => {
        gates.push(() => {
          resolve('done');
        });
        // Let go only when the window is full or nothing else can come.
        if (gates.length === 4 || task.runs.length === task.parts) for (const open of gates.splice(0)) open();
      }),
  });
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), { outcome: 'done' });
  assert.deepEqual(
    [...task.runs].sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  assert.equal(task.mostInFlight, 4);
  assert.equal(task.collected, 1);
});

test('a task that selects nothing is done at once', async () => {
  task = buildTask({ parts: 0 });
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), { outcome: 'done' });
  assert.deepEqual(task.runs, []);
});

test('every run of a task tells in Temporal which request asked for it', async () => {
  const requestId = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';
  task = buildTask({ parts: 30, partsPerRun: 8 });
  await gateway.startTask({ ...ref, requestId });
  await finished();
  const { memo } = await client.workflow.getHandle(taskWorkflowId(prefix, ref)).describe();
  assert.deepEqual(memo, { ...ref, requestId });
});

test('starting a task twice runs it once', async () => {
  task = buildTask();
  await Promise.all([gateway.startTask(ref), gateway.startTask(ref)]);
  await finished();
  await gateway.startTask(ref);
  assert.equal(task.runs.length, 10);
});

test('a long task goes on in new runs and repeats no part', async () => {
  task = buildTask({ parts: 30, partsPerRun: 8 });
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), { outcome: 'done' });
  assert.equal(task.runs.length, 30);
  assert.equal(task.done.size, 30);
  await waitFor('four runs are listed', async () => (await runIds()) === 4);
});

test('a cancel ends the task without waiting for a part that hangs', async () => {
  const hanging: (() => void)[] = [];
  task = buildTask({
    runPart: () =>
      new Promise((resolve) => {
        hanging.push(() => {
          resolve('stopped');
        });
      }),
  });
  await gateway.startTask(ref);
  await waitFor('parts run', () => task.inFlight > 0);
  task.desired = 'cancel';
  assert.equal(await gateway.controlTask(ref), true);
  assert.deepEqual(await finished(), { outcome: 'cancelled' });
  for (const release of hanging) release();
});

test('a part that finds the cancel in its row ends the task though the signal was lost', async () => {
  task = buildTask({
    runPart: (partNo) => {
      if (partNo < 3) return Promise.resolve('done');
      task.desired = 'cancel';
      return Promise.resolve('stopped');
    },
  });
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), { outcome: 'cancelled' });
});

test('a paused task waits, and does the rest after it is resumed', async () => {
  task = buildTask({
    runPart: (partNo) => {
      if (partNo !== 5 || task.pauses > 0) return Promise.resolve('done');
      task.desired = 'pause';
      return Promise.resolve('stopped');
    },
  });
  await gateway.startTask(ref);
  await waitFor('the task is paused', () => task.pauses > 0);
  assert.equal(task.inFlight, 0);
  assert.equal(task.end, null);
  task.desired = 'run';
  await gateway.controlTask(ref);
  assert.deepEqual(await finished(), { outcome: 'done' });
  assert.equal(task.done.size, 10);
});

test('a part that fails for good fails the task with its reason', async () => {
  task = buildTask({
    runPart: (partNo) =>
      partNo === 2
        ? Promise.reject(ApplicationFailure.nonRetryable('too many', 'errorBudgetSpent', 'more than 20 %'))
        : Promise.resolve('done'),
  });
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), {
    outcome: 'failed',
    failure: { error: 'errorBudgetSpent', detail: 'more than 20 %' },
  });
});

test('a part that fails now and then is tried again', async () => {
  const failedOnce = new Set<number>();
  task = buildTask({
    parts: 3,
    runPart: (partNo) => {
      if (failedOnce.has(partNo)) return Promise.resolve('done');
      failedOnce.add(partNo);
      return Promise.reject(new Error('the database is away'));
    },
  });
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), { outcome: 'done' });
  assert.equal(task.runs.length, 6);
});

test('a workflow that is cancelled in Temporal itself leaves a cancelled task behind', async () => {
  const hanging: (() => void)[] = [];
  task = buildTask({
    runPart: () =>
      new Promise((resolve) => {
        hanging.push(() => {
          resolve('stopped');
        });
      }),
  });
  await gateway.startTask(ref);
  await waitFor('parts run', () => task.inFlight > 0);
  await client.workflow.getHandle(taskWorkflowId(prefix, ref)).cancel();
  assert.deepEqual(await finished(), { outcome: 'cancelled' });
  for (const release of hanging) release();
});

test('a task that lives on in another generation is left alone', async () => {
  task = buildTask({ desired: 'gone' });
  await gateway.startTask(ref);
  await waitFor('the workflow is closed', async () => (await gateway.findTask(ref)) === 'closed');
  assert.equal(task.end, null);
  assert.deepEqual(task.runs, []);
});

test('the presence of a workflow is told as running, closed or missing', async () => {
  task = buildTask({ parts: 0 });
  assert.equal(await gateway.findTask(ref), 'missing');
  assert.equal(await gateway.controlTask(ref), false);
  await gateway.startTask(ref);
  await finished();
  await waitFor('it is closed', async () => (await gateway.findTask(ref)) === 'closed');
});

test('a task whose rows forgot parts that it had done does them again', async () => {
  let restored = false;
  task = buildTask({
    runPart: (partNo) => {
      if (partNo === 9 && !restored) {
        restored = true;
        // A database that failed over a few seconds too late: what was committed last is undone.
        for (const forgotten of [6, 7, 8]) task.done.delete(forgotten);
      }
      return Promise.resolve('done');
    },
  });
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), { outcome: 'done' });
  assert.equal(task.done.size, 10);
});

test('a task whose rows refuse its parts looks again once a second, not as fast as it can', async () => {
  let refusals = 0;
  task = buildTask({
    runPart: () => {
      refusals += 1;
      // As long as the rows are older than the workflow.
      return Promise.resolve(task.desired === 'run' && refusals < 9 ? 'stopped' : 'done');
    },
  });
  const started = performance.now();
  await gateway.startTask(ref);
  assert.deepEqual(await finished(), { outcome: 'done' });
  assert.equal(task.done.size, 10);
  // Four parts in flight are refused at each look.
  assert.ok(performance.now() - started > 1_800, 'it looked at once');
});

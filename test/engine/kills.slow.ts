import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { watchCounters } from '../../books/watchCounters.ts';
import { createApiClient } from '../../commands/cli/apiClient.ts';
import { startEngine, twoWorkers, type Engine } from '../support/engine/engine.ts';
import { assertNothingLost, assertRunning, startBoth } from '../support/engine/gcAndExtract.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeWarps } from '../support/warps.ts';

let engine: Engine;
let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
  engine = await startEngine({
    ...{ workers: twoWorkers, ownServers: true },
    env: { PART_SIZE_GC: '1000', PART_SIZE_EXTRACT: '20', ADMIN_PASSWORD: 'a password of the tests' },
  });
});

after(() => engine.stop());

const blows: Record<string, (t: TestContext) => Promise<void> | void> = {
  'a worker is killed': () => engine.running().kill('worker-1', 'SIGKILL'),
  'both workers are killed': () => {
    engine.running().kill('worker-1', 'SIGKILL');
    engine.running().kill('worker-2', 'SIGKILL');
  },
  'the extractor processes are killed': async () => {
    for (const worker of ['worker-1', 'worker-2']) {
      // The workers may have been killed just before, and one alone has done all the work since.
      const [pid] = await waitFor(`the extractor of ${worker}`, async () => {
        const children = await engine.childrenOf(worker);
        return children.length === 1 && children;
      });
      process.kill(pid ?? 0, 'SIGKILL');
    }
  },
  'the API is killed': () => engine.running().kill('api', 'SIGKILL'),
  'Temporal is killed': () => engine.running().kill('temporal', 'SIGKILL'),
  'PostgreSQL is restarted at once': () => engine.running().kill('postgres', 'SIGQUIT'),
};

for (const [what, strike] of Object.entries(blows)) {
  test(`nothing is lost when ${what} in the middle of a gc and an extract`, async (t) => {
    const both = await startBoth(engine, warps);
    const watch = watchCounters(() => engine.running().databaseUrl);
    try {
      await assertRunning(engine, both.taskIds);
      await strike(t);
      const struckAt = performance.now();
      // That a killed worker is made up for within ten seconds is measured by `npm run bench -- control`. A part that
      // nobody misses is taken up after half an hour.
      let hasMoved = false;
      void watch.nextChange().then(() => (hasMoved = true));
      await waitFor('the work to move again', () => hasMoved);
      const seconds = (performance.now() - struckAt) / 1_000;
      t.diagnostic(`work moved again after ${seconds.toFixed(1)} s`);
      await assertNothingLost(engine, both);
      t.diagnostic(`slowest part: ${(watch.longestPause() / 1_000).toFixed(1)} s`);
    } finally {
      await watch.stop();
      // What still runs would spoil the next test's books.
      await Promise.allSettled(both.taskIds.map((taskId) => engine.ended(taskId)));
    }
    assert.deepEqual(watch.steppedBack(), []);
  });
}

test("tasks go on from their checkpoints after everything was down and Temporal's data was deleted", async () => {
  const both = await startBoth(engine, warps);
  await assertRunning(engine, both.taskIds);
  const doneBefore = await Promise.all(both.taskIds.map(engine.progressOf));
  await engine.restart(async (folder) => {
    const files = await readdir(join(folder, 'temporal'));
    const data = files.filter((file) => file.includes('.db'));
    assert.ok(data.length > 0, files.join());
    for (const file of data) await rm(join(folder, 'temporal', file));
  });
  const watch = watchCounters(() => engine.running().databaseUrl);
  try {
    for (const [index, taskId] of both.taskIds.entries()) {
      assert.ok((await engine.progressOf(taskId)) >= (doneBefore[index] ?? 0), 'checkpoints survive');
    }
    await assertNothingLost(engine, both);
  } finally {
    await watch.stop();
  }
  assert.deepEqual(watch.steppedBack(), []);
});

test('a task that is posted while Temporal is down waits, lists answer, and it runs when Temporal is back', async () => {
  const { running } = engine;
  const { accountId } = await engine.addFaces({ count: 300 });
  await engine.snapshot();
  const api = createApiClient({
    ...{ url: running().apiUrl, login: running().config.adminLogin, password: 'a password of the tests' },
  });
  await running().halt('temporal', 'SIGKILL');
  const { task_id } = await api.post<{ task_id: number }>('/tasks/gc', {
    content: { target: 'faces', filters: { account_id: accountId } },
  });
  const list = await api.get<{ tasks: { task_id: number; task_status: number }[] }>('/tasks');
  assert.equal(list.tasks.find((task) => task.task_id === task_id)?.task_status, 0);
  await running().resume('temporal');
  assert.equal((await engine.ended(task_id)).state, 'done');
  assert.deepEqual(await engine.audit([task_id]), []);
});

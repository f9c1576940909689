import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../../commands/system/childProcess.ts';
import { basic } from '../support/rows/basic.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { waitFor } from '../support/waitFor.ts';
import { readLog, startApi } from './processes.ts';
import { startRoundRobin, type RoundRobin } from './roundRobin.ts';

const workers = ['worker-1', 'worker-2', 'worker-3'];
const password = 'a password of the tests';
const restMs = 200;

let engine: Engine;
let balancer: RoundRobin;
const apis = new Map<string, Child>();
before(async () => {
  engine = await startEngine({
    workers: workers.map(() => 'orchestrate,gc'),
    env: { PART_SIZE_GC: '10000', GC_WINDOW: '3', ADMIN_PASSWORD: password, LOG_FORMAT: 'json' },
  });
  balancer = await startRoundRobin();
  for (const name of ['api-1', 'api-2']) await addApi(name);
});
after(async () => {
  await balancer.close();
  await Promise.all([...apis.values()].map((api) => api.stop()));
  await engine.stop();
});

async function addApi(name: string): Promise<void> {
  const api = await startApi(engine, name, { SHUTDOWN_DELAY_MS: '3000' });
  apis.set(name, api);
  balancer.add(api.url ?? '');
  await waitFor(`${name} to get requests`, async () => {
    await fetch(`${balancer.url}/version`);
    return (balancer.served.get(api.url ?? '') ?? 0) > 0;
  });
}

/** Requests of some clients until it is told to stop; answers what was not as it should be. */
function startLoad(clients: number, isOver: () => boolean) {
  const failures: string[] = [];
  let count = 0;
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    count += 1;
    const answer = await fetch(balancer.url + path, {
      method,
      headers: { ...basic(engine.running().config.adminLogin, password), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const attempt = (...request: Parameters<typeof call>) =>
    call(...request).catch((error: unknown) => {
      failures.push(String(error));
      return null;
    });
  const loops = Promise.all(
    Array.from({ length: clients }, async (_, n) => {
      for (let turn = n; !isOver(); turn++) {
        await attempt('GET', ['/4/tasks', '/4/version', '/4/accounts'][turn % 3] ?? '');
        // Without it the load takes the processors that the restarts need, for no more insight.
        await delay(restMs);
      }
    }),
  );
  return { attempt, failures, count: () => count, ended: loops };
}

test('two APIs and three workers are restarted one after another: no request fails, and the books balance', async (t) => {
  const big = await engine.addFaces({ count: 30_000 });
  const small = await Promise.all(
    Array.from({ length: workers.length + 2 }, () => engine.addFaces({ count: 200 })),
  );
  await engine.snapshot();
  let isOver = false;
  const load = startLoad(4, () => isOver);
  const taskIds: number[] = [];
  const post = async ({ accountId }: { accountId: string }, more: object = {}) => {
    const body = { content: { target: 'faces', filters: { account_id: accountId } }, ...more };
    const answer = (await load.attempt('POST', '/4/tasks/gc', body)) as { task_id: number } | null;
    if (answer !== null) taskIds.push(answer.task_id);
  };
  // Slow enough to be under way until the last worker has been restarted.
  await post(big, { objects_per_second: 20 });
  const [bigTask = 0] = taskIds;
  await waitFor('the big task to be under way', async () => (await engine.progressOf(bigTask)) > 0);

  for (const name of [...apis.keys()]) {
    const api = apis.get(name);
    assert.ok(api);
    process.kill(api.pid, 'SIGTERM');
    await post(small.pop() ?? big);
    await api.exited;
    await addApi(name);
  }
  for (const name of workers) {
    const before = engine.running().pids()[name];
    engine.running().kill(name, 'SIGTERM');
    await post(small.pop() ?? big);
    await waitFor(`${name} to be there again`, () => {
      const pid = engine.running().pids()[name];
      return pid != null && pid !== before;
    });
  }
  isOver = true;
  await load.ended;
  t.diagnostic(`${load.count()} requests`);
  assert.deepEqual(load.failures, []);
  assert.ok(load.count() > 100);
  assert.equal((await engine.readTask(bigTask)).state, 'running', 'the restarts must fall into the task');
  await engine.db().query('update tasks set objects_per_second = null where task_id = $1', [bigTask]);
  for (const taskId of taskIds) assert.equal((await engine.ended(taskId)).state, 'done');
  assert.equal(taskIds.length, 1 + workers.length + 2);
  assert.deepEqual(await engine.audit(taskIds), []);
  for (const name of [...workers, ...apis.keys()]) {
    const stopped = (await readLog(engine, name)).filter(({ msg }) => msg === 'stopped');
    assert.equal(stopped.length, 1, `${name} must have ended by itself`);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../platform/logger.ts';
import { createSupervisor, type Supervisor, type UnitProcess } from '../../../commands/system/supervisor.ts';
import { waitFor } from '../../support/waitFor.ts';
import { startFixture } from './startFixture.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

async function withSupervisor(
  work: (supervisor: Supervisor) => Promise<void>,
  limits: { firstDelayMs?: number; stopLimitMs?: number } = {},
): Promise<void> {
  const supervisor = createSupervisor({ log, firstDelayMs: 10, ...limits });
  try {
    await work(supervisor);
  } finally {
    await supervisor.stop();
  }
}

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

test('a process that is killed is started again', () =>
  withSupervisor(async (supervisor) => {
    await supervisor.add({ name: 'api', rank: 1, start: (signal) => startFixture({ signal }) });
    const before = supervisor.pids()['api'];
    supervisor.kill('api', 'SIGKILL');
    const now = await waitFor('another process', () => {
      const pid = supervisor.pids()['api'];
      return pid !== null && pid !== before && pid;
    });
    assert.ok(!isGone(now));
  }));

test('a first start that fails is reported and not tried again', () =>
  withSupervisor(async (supervisor) => {
    let starts = 0;
    const adding = supervisor.add({
      name: 'api',
      rank: 1,
      start: (signal) => {
        starts++;
        return startFixture({ mode: 'broken', signal });
      },
    });
    await assert.rejects(adding, /fixture exited before it was ready \(3\)/);
    assert.equal(starts, 1);
  }));

test('a process that keeps dying is started ever more slowly', () =>
  withSupervisor(
    async (supervisor) => {
      const starts: number[] = [];
      const start = (): Promise<UnitProcess> => {
        starts.push(performance.now());
        return Promise.resolve({ pid: 0, exited: Promise.resolve(), stop: () => Promise.resolve() });
      };
      await supervisor.add({ name: 'api', rank: 1, start });
      await waitFor('five starts', () => starts.length >= 5);
      const pauses = starts.slice(1).map((time, index) => time - (starts[index] ?? 0));
      // 20, 40, 80, 160 ms; timers may fire up to 1 ms early.
      [20, 40, 80, 160].forEach((least, index) =>
        assert.ok((pauses[index] ?? 0) >= least - 1, pauses.join()),
      );
    },
    { firstDelayMs: 20 },
  ));

test('a halted process stays down until it is resumed', () =>
  withSupervisor(async (supervisor) => {
    let starts = 0;
    await supervisor.add({
      name: 'temporal',
      rank: 1,
      start: (signal) => {
        starts++;
        return startFixture({ signal });
      },
    });
    await supervisor.halt('temporal', 'SIGKILL');
    assert.equal(supervisor.pids()['temporal'], null);
    assert.equal(starts, 1);
    await supervisor.resume('temporal');
    assert.ok(supervisor.pids()['temporal']);
    assert.equal(starts, 2);
  }));

test('a stop goes from the highest rank to the lowest and leaves no process', async () => {
  const supervisor = createSupervisor({ log, firstDelayMs: 10 });
  const order: string[] = [];
  const pids: number[] = [];
  for (const [name, rank] of [
    ['postgres', 0],
    ['api', 3],
    ['worker', 2],
  ] as const) {
    await supervisor.add({
      name,
      rank,
      start: async (signal) => {
        const child = await startFixture({ signal });
        pids.push(child.pid);
        void child.exited.then(() => order.push(name));
        return child;
      },
    });
  }
  await supervisor.stop();
  assert.deepEqual(order, ['api', 'worker', 'postgres']);
  assert.deepEqual(pids.map(isGone), [true, true, true]);
});

test('a process that does not stop is killed at the limit', async () => {
  const supervisor = createSupervisor({ log, stopLimitMs: 50 });
  await supervisor.add({
    name: 'api',
    rank: 1,
    start: (signal) => startFixture({ mode: 'stubborn', signal }),
  });
  const pid = supervisor.pids()['api'] ?? 0;
  await supervisor.stop();
  assert.ok(isGone(pid));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../platform/logger.ts';
import { createShutdown } from '../../platform/shutdown.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

function recorder(limitMs?: number) {
  const codes: number[] = [];
  const exit = (code: number) => void codes.push(code);
  return { codes, shutdown: createShutdown({ log, exit, ...(limitMs === undefined ? {} : { limitMs }) }) };
}

test('handlers run stage by stage, whatever order they came in, and then the process ends with 0', async () => {
  const { codes, shutdown } = recorder();
  const order: string[] = [];
  shutdown.on('last', 'database', () => void order.push('database'));
  shutdown.on('normal', 'worker', async () => {
    await new Promise((done) => setImmediate(done));
    order.push('worker');
  });
  shutdown.on('first', 'listener', () => void order.push('listener'));
  assert.equal(shutdown.isStopping, false);
  await shutdown.begin('test');
  assert.equal(shutdown.isStopping, true);
  assert.deepEqual(order, ['listener', 'worker', 'database']);
  assert.deepEqual(codes, [0]);
});

test('a handler that fails does not keep the later ones from running, and shows in the exit status', async () => {
  const { codes, shutdown } = recorder();
  let closed = false;
  shutdown.on('first', 'broken', () => {
    throw new Error('cannot');
  });
  shutdown.on('last', 'database', () => void (closed = true));
  await shutdown.begin('test');
  assert.ok(closed);
  assert.deepEqual(codes, [1]);
});

test('being asked twice stops once', async () => {
  const { codes, shutdown } = recorder();
  let times = 0;
  shutdown.on('normal', 'count', () => {
    times++;
  });
  await Promise.all([shutdown.begin('one'), shutdown.begin('two')]);
  assert.equal(times, 1);
  assert.deepEqual(codes, [0]);
});

test('a handler that hangs is cut off at the limit', async () => {
  const { codes, shutdown } = recorder(20);
  let letGo = (): void => undefined;
  shutdown.on('normal', 'hang', () => new Promise<void>((resolve) => (letGo = resolve)));
  const stopped = shutdown.begin('test');
  while (codes.length === 0) await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(codes, [1]);
  letGo();
  await stopped;
});

test('SIGTERM begins the stop', async () => {
  const { codes, shutdown } = recorder();
  process.kill(process.pid, 'SIGTERM');
  while (codes.length === 0) await new Promise((done) => setImmediate(done));
  assert.ok(shutdown.isStopping);
});

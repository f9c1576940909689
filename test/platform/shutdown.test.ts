import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLogger } from '../../platform/logger.ts';
import { isAlive, startTimeOf } from '../../platform/processes.ts';
import { createShutdown } from '../../platform/shutdown.ts';
import { createTestFolder } from '../support/folder.ts';
import { waitFor } from '../support/waitFor.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });

function recorder(limitMs?: number) {
  const codes: (number | 'killed')[] = [];
  const exit = (code: number) => void codes.push(code);
  const kill = () => void codes.push('killed');
  const limit = limitMs === undefined ? {} : { limitMs };
  return { codes, shutdown: createShutdown({ log, exit, kill, ...limit }) };
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
  assert.deepEqual(codes, ['killed']);
  letGo();
  await stopped;
});

test('a process ends at the limit though a file system that does not answer holds its threads', async () => {
  const folder = await createTestFolder('hung');
  const pipe = join(folder.path, 'nobody-writes');
  await promisify(execFile)('mkfifo', [pipe]);
  const program = fileURLToPath(new URL('./fixtures/hung.ts', import.meta.url));
  const hung = spawn(process.execPath, [program, pipe], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    await once(hung, 'message');
    hung.kill('SIGTERM');
    await waitFor('its end', () => hung.signalCode === 'SIGKILL', { limitMs: 10_000 });
  } finally {
    hung.kill('SIGKILL');
    await folder.remove();
  }
});

test('SIGTERM begins the stop', async () => {
  const { codes, shutdown } = recorder();
  process.kill(process.pid, 'SIGTERM');
  while (codes.length === 0) await new Promise((done) => setImmediate(done));
  assert.ok(shutdown.isStopping);
});

test('a process whose words nobody reads any more goes on, and stops in order when its terminal is closed', async () => {
  const program = fileURLToPath(new URL('./fixtures/talker.ts', import.meta.url));
  const talker = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = once(talker, 'exit');
  let said = 0;
  talker.on('message', (count) => (said = Number(count)));
  await waitFor('its first words', () => said > 0);
  talker.stdout?.destroy();
  talker.stderr?.destroy();
  const then = said;
  await waitFor('many more words, or its end', () => said > then + 500 || talker.exitCode !== null);
  talker.kill('SIGHUP');
  assert.deepEqual(await ended, [0, null]);
});

test('a process ends with the npm that runs it; started in any other way it outlives what started it', async () => {
  const program = fileURLToPath(new URL('./fixtures/orphan.ts', import.meta.url));
  const start = `"${process.execPath}" "${program}"`;
  const script = `npm_lifecycle_event=start ${start} npm & env -u npm_lifecycle_event ${start} other & wait`;
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  parent.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const pidOf = (name: string): Promise<number> =>
    waitFor(name, () => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(said)?.[1]));
  const ofNpm = await pidOf('npm');
  const other = await pidOf('other');
  try {
    parent.kill('SIGKILL');
    await waitFor('the one of npm to end', async () => (await startTimeOf(ofNpm)) === null);
    await waitFor('the other to go on', () => said.includes('other goes on'));
  } finally {
    for (const pid of [ofNpm, other].filter(isAlive)) process.kill(pid, 'SIGKILL');
  }
});

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTimeOf } from '../../../platform/processes.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { waitFor } from '../../support/waitFor.ts';

let folder: TestFolder;
before(async () => void (folder = await createTestFolder('start')));
after(async () => {
  // Of a test that has failed before it came to that.
  if (started.process.exitCode === null && started.process.signalCode === null) {
    started.process.kill('SIGTERM');
    await once(started.process, 'exit');
  }
  await folder.remove();
});

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

async function start(): Promise<Started> {
  const child = spawn(process.execPath, ['commands/start.ts'], {
    env: {
      ...process.env,
      DATA_DIR: folder.path,
      PORT: '0',
      WORKER_METRICS_PORT: '0',
      EXTRACT_PROCESSES: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const address = () => /^listening on (http:\S+)$/m.exec(output)?.[1];
  await waitFor('the address', () => address() ?? child.exitCode !== null);
  const url = address();
  assert.ok(url !== undefined, 'the start has ended');
  return { process: child, url, output: () => output };
}

function pidOf(name: string): number {
  const file = join(folder.path, 'processes', `${name}.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
}

/** The pids of everything that a start has started, from its own files. */
function startedPids(): number[] {
  const children = readdirSync(join(folder.path, 'processes')).map((file) => pidOf(basename(file, '.json')));
  const servers = ['postgres/cluster/postmaster.pid', 'temporal/pid'].map((file) =>
    Number(readFileSync(join(folder.path, file), 'utf8').split('\n')[0]),
  );
  return [...children, ...servers];
}

const areGone = async (pids: readonly number[]) =>
  (await Promise.all(pids.map(startTimeOf))).every((time) => time === null);

// One after the other with two starts: each costs eight seconds of processor time.
let started: Started;

test('npm start serves and says how to log in', async () => {
  started = await start();
  assert.match(started.output(), /log in as root@visionlabs\.ai with password root\n.*change it/);
  const health = await fetch(`${started.url}/healthcheck`);
  assert.equal(health.status, 200, await health.text());
  assert.equal(startedPids().length, 4);
});

test('an API and a worker that are killed come back, the API at its address', async () => {
  const before = ['api', 'worker-1'].map(pidOf);
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await waitFor('other processes', async () => {
    const now = ['api', 'worker-1'].map(pidOf);
    const times = await Promise.all(now.map(startTimeOf));
    return times.every((time, index) => time !== null && now[index] !== before[index]);
  });
  await waitFor('an answer', async () => (await fetch(`${started.url}/healthcheck`)).status === 200);
});

test('a start after a kill takes over, and does not repeat the first words', async () => {
  const left = startedPids();
  started.process.kill('SIGKILL');
  await once(started.process, 'exit');

  started = await start();
  assert.ok(await areGone(left));
  assert.doesNotMatch(started.output(), /log in as/);
  assert.equal((await fetch(`${started.url}/healthcheck`)).status, 200);
});

test('Ctrl-C leaves no process', async (t) => {
  const pids = startedPids();
  assert.equal(pids.length, 4);
  const begin = performance.now();
  started.process.kill('SIGINT');
  const [code] = (await once(started.process, 'exit')) as [number | null];
  t.diagnostic(`ended after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
  assert.equal(code, 0);
  assert.ok(await areGone(pids));
});

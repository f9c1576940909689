import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startEverything } from '../../../commands/system/system.ts';
import { createLogger } from '../../../platform/logger.ts';
import { startTimeOf } from '../../../platform/processes.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { waitFor } from '../../support/waitFor.ts';

let folder: TestFolder;
before(async () => void (folder = await createTestFolder('start')));
after(() => folder.remove());

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

/** The pids of everything that a start has started, from its own files. */
function startedPids(): number[] {
  const children = readdirSync(join(folder.path, 'processes')).map(
    (file) => (JSON.parse(readFileSync(join(folder.path, 'processes', file), 'utf8')) as { pid: number }).pid,
  );
  const servers = ['postgres/cluster/postmaster.pid', 'temporal/pid'].map((file) =>
    Number(readFileSync(join(folder.path, file), 'utf8').split('\n')[0]),
  );
  return [...children, ...servers];
}

const areGone = async (pids: readonly number[]) =>
  (await Promise.all(pids.map(startTimeOf))).every((time) => time === null);

test('npm start serves, says how to log in, and Ctrl-C leaves no process', async (t) => {
  const started = await start();
  assert.match(started.output(), /log in as root@visionlabs\.ai with password root\n.*please change it/);
  const health = await fetch(`${started.url}/healthcheck`);
  assert.equal(health.status, 200, await health.text());

  const pids = startedPids();
  assert.equal(pids.length, 4);
  const begin = performance.now();
  started.process.kill('SIGINT');
  const [code] = (await once(started.process, 'exit')) as [number | null];
  t.diagnostic(`ended after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
  assert.equal(code, 0);
  assert.ok(await areGone(pids));
});

test('an API and a worker that are killed come back, the API at its address', async () => {
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
  const running = await startEverything({
    log,
    output: 'files',
    temporalUi: false,
    overrides: { DATA_DIR: folder.path, PORT: '0', WORKER_METRICS_PORT: '0', EXTRACT_PROCESSES: '1' },
  });
  try {
    const before = running.pids();
    running.kill('api', 'SIGKILL');
    running.kill('worker-1', 'SIGKILL');
    await waitFor('other processes', () => {
      const { api, 'worker-1': worker } = running.pids();
      return api && worker && api !== before['api'] && worker !== before['worker-1'];
    });
    assert.equal((await fetch(`${running.apiUrl}/healthcheck`)).status, 200);
  } finally {
    await running.stop();
  }
});

test('a start after a kill takes over, and does not repeat the first words', async () => {
  const killed = await start();
  const left = startedPids();
  killed.process.kill('SIGKILL');
  await once(killed.process, 'exit');

  const started = await start();
  try {
    assert.ok(await areGone(left));
    assert.doesNotMatch(started.output(), /log in as/);
    assert.equal((await fetch(`${started.url}/healthcheck`)).status, 200);
  } finally {
    started.process.kill('SIGTERM');
    await once(started.process, 'exit');
  }
});

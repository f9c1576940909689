import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Connection } from '@temporalio/client';
import { cacheDir } from '../../commands/system/cacheDir.ts';
import { startEverything, type Running } from '../../commands/system/system.ts';
import { migrate } from '../../db/schema/migrate.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { startTemporal, type Temporal } from '../../embedded/temporal.ts';
import { createLogger } from '../../platform/logger.ts';
import { createGateway } from '../../temporal/gateway.ts';
import { createTestDatabase, testTemporalAddress, type TestDatabase } from '../support/servers/database.ts';
import { freePort } from '../support/servers/oidcProvider.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { patienceMs, waitFor } from '../support/waitFor.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const namespace = 'luna';
const refuses = 'Temporal refused the request: does the namespace exist?';

type Line = Readonly<Record<string, string | number>>;

let folder: TestFolder;
let database: TestDatabase;
before(async () => {
  folder = await createTestFolder('waiting');
  database = await createTestDatabase();
});
after(async () => {
  await database.drop();
  await folder.remove();
});

async function statusOf(url: string, path: string): Promise<number> {
  const answer = await fetch(`${url}${path}`);
  await answer.arrayBuffer();
  return answer.status;
}

/** What a health check finds wrong, by service; empty when all is well. */
async function complaints(url: string): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(`${url}/healthcheck?include_luna_services=1`);
  const { errors = [] } = (await answer.json()) as {
    errors?: readonly { readonly service: string; readonly status: string; readonly desc: string }[];
  };
  return Object.fromEntries(
    errors.filter(({ status }) => status === 'failed').map(({ service, desc }) => [service, desc]),
  );
}

const urlIn = (lines: readonly Line[]): string | undefined =>
  lines.findLast(({ msg }) => msg === 'the status server is listening')?.['status'] as string | undefined;

async function register(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await connection.close();
}

/** A worker without anybody who would start it again. */
function spawnWorker(env: Readonly<Record<string, string>>) {
  const lines: Line[] = [];
  const child = spawn(process.execPath, ['temporal/worker.ts', '--queues', 'gc'], {
    env: {
      ...process.env,
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'info',
      WORKER_METRICS_PORT: '0',
      DATA_DIR: folder.path,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('{')) lines.push(JSON.parse(line) as Line);
  });
  return {
    lines,
    exitCode: () => child.exitCode ?? false,
    statusUrl: () => waitFor('the status server', () => urlIn(lines)),
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

test('a worker that starts before PostgreSQL and Temporal lives, says what it waits for and since when, and then works', async () => {
  const path = join(folder.path, 'servers');
  const first = await startPostgres({ dataDir: path, log });
  await migrate({ databaseUrl: first.url });
  await first.stop();
  const temporalPort = await freePort();
  const worker = spawnWorker({
    DATABASE_URL: first.url,
    // Its samples belong to that database: those of the other tests lie elsewhere.
    DATA_DIR: join(folder.path, 'first'),
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
    TEMPORAL_NAMESPACE: 'default',
  });
  const stops: (() => Promise<void>)[] = [];
  const waitsFor = (status: string, server: string) =>
    waitFor(`it to wait for ${server}`, async () => {
      const { pollers = '' } = await complaints(status);
      return new RegExp(`^starting: waits for ${server} since \\d{4}-\\d\\d-\\d\\d [\\d:]{8} UTC$`).test(
        pollers,
      );
    });
  try {
    const status = await worker.statusUrl();
    await waitsFor(status, 'PostgreSQL');
    assert.equal(await statusOf(status, '/livez'), 200);
    assert.equal(await statusOf(status, '/metrics'), 200);
    assert.equal(await statusOf(status, '/healthcheck'), 502);
    const postgres = await startPostgres({ dataDir: path, log, port: first.port });
    stops.push(() => postgres.stop());
    await waitsFor(status, 'Temporal');
    assert.ok(!('postgresql' in (await complaints(status))));
    assert.equal(await statusOf(status, '/livez'), 200);
    const temporal = await startTemporal({ dataDir: path, cacheDir, log, port: temporalPort });
    stops.push(() => temporal.stop());
    await waitFor('everything to be well', async () => Object.keys(await complaints(status)).length === 0);
    assert.equal(await statusOf(status, '/healthcheck'), 200);
    assert.equal(await worker.stop(), 0);
  } finally {
    await worker.stop();
    for (const stop of stops) await stop();
  }
});

test('a worker that waits for a namespace ends in good order when it is told to', async () => {
  const worker = spawnWorker({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TEMPORAL_NAMESPACE: 'nowhere',
  });
  try {
    const status = await worker.statusUrl();
    await waitFor('its complaint', async () => (await complaints(status))['pollers'] === refuses);
  } finally {
    assert.equal(await worker.stop(), 0);
  }
  const failed = worker.lines.filter(({ level }) => Number(level) >= 50);
  assert.deepEqual(failed, []);
});

test('a worker with a wrong password of the database ends, for it reads that only at its start', async () => {
  const url = new URL(database.url);
  url.username = 'a_stranger';
  const worker = spawnWorker({ DATABASE_URL: url.href, TEMPORAL_ADDRESS: testTemporalAddress() });
  try {
    assert.equal(await waitFor('its end', worker.exitCode), 1);
  } finally {
    await worker.stop();
  }
});

test("a namespace that is missing, at the start or in Temporal's new store, is waited for, and taken when it is there", async (t) => {
  const { path } = folder;
  let temporal: Temporal = await startTemporal({ dataDir: path, cacheDir, log });
  const { address, port } = temporal;
  const gateway = createGateway({ connection: { address }, namespace, taskQueuePrefix: '' });
  const abort = new AbortController();
  const starting = startEverything({
    ...{ log, workers: ['orchestrate,gc'], api: false, output: 'files', signal: abort.signal },
    overrides: {
      ...{ DATA_DIR: path, DATABASE_URL: database.url, SESSION_SECRET: 'x'.repeat(32), PORT: '0' },
      ...{ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
      ...{ WORKER_METRICS_PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'info' },
    },
  });
  starting.catch(() => undefined);
  const lines = async (): Promise<Line[]> =>
    (await readFile(join(path, 'logs', 'worker-1.log'), 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);
  const refusing = async (pid?: unknown): Promise<Line> =>
    waitFor(
      'a worker that complains',
      async () => {
        const all = await lines();
        const [own] = all.filter(({ msg }) => msg === 'the status server is listening').slice(-1);
        if (own === undefined || (pid !== undefined && own['pid'] === pid)) return false;
        const now = await complaints(String(own['status'])).catch(() => null);
        return now?.['pollers'] === refuses && own;
      },
      // One of them takes a minute before it begins.
      { everyMs: 500, limitMs: 2 * patienceMs },
    );
  const isWell = (url: string) =>
    waitFor('the worker to be well', async () => {
      assert.deepEqual(await complaints(url), {});
      return true;
    });
  let running: Running | undefined;
  try {
    const first = await refusing();
    assert.equal(await statusOf(String(first['status']), '/livez'), 200);
    await register(address);
    running = await starting;
    await isWell(String(first['status']));

    await temporal.stop();
    for (const file of await readdir(join(path, 'temporal')))
      if (file.includes('.db')) await rm(join(path, 'temporal', file));
    temporal = await startTemporal({ dataDir: path, cacheDir, log, port });
    const orphaned = await refusing();
    assert.equal(orphaned['pid'], first['pid'], 'it says so before it gives up');

    // The core of the SDK gives its polls up after a minute.
    const second = await refusing(first['pid']);
    const ofFirst = (await lines()).filter(({ pid }) => pid === first['pid']);
    const timeOf = (msg: string) =>
      Date.parse(String(ofFirst.find((line) => line['msg'] === msg)?.['time'] ?? assert.fail(msg)));
    t.diagnostic(`it ended ${timeOf('stopped') - timeOf('Worker failed')} ms after its failure`);
    assert.ok(ofFirst.some(({ msg }) => msg === 'a worker failed'));

    await register(address);
    await isWell(String(second['status']));
    await waitFor('both queues to be polled', async () => {
      await gateway.checkPollers(['orchestrate', 'gc']);
      return true;
    });
  } finally {
    abort.abort();
    await running?.stop();
    await gateway.close();
    await temporal.stop();
  }
});

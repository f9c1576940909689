import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Child } from '../../commands/system/childProcess.ts';
import { startEngine, type Engine } from '../support/engine/engine.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';
import { waitFor } from '../support/waitFor.ts';
import { serverFile, startApi, statusUrl } from './processes.ts';

let engine: Engine;
let api: Child;
before(async () => {
  engine = await startEngine({ workers: ['orchestrate,gc'], env: { LOG_FORMAT: 'json' } });
  api = await startApi(engine, 'api');
});
after(async () => {
  await api.stop();
  await engine.stop();
});

interface Health {
  readonly status: number;
  readonly body: {
    readonly execution_time?: number;
    readonly errors?: readonly { readonly service: string; readonly status: string; readonly desc: string }[];
  };
}

async function healthOf(url: string, query = ''): Promise<Health> {
  const answer = await fetch(`${url}/healthcheck${query}`);
  return { status: answer.status, body: (await answer.json()) as Health['body'] };
}

const failedIn = ({ body }: Health) =>
  body.errors?.filter(({ status }) => status === 'failed').map(({ service }) => service);

test('the API says when nobody would extract, but only to who asks about other services', async () => {
  const own = await healthOf(api.url ?? '');
  assert.equal(own.status, 200);
  assert.ok((own.body.execution_time ?? 0) > 0);
  const all = await healthOf(api.url ?? '', '?include_luna_services=1');
  assert.equal(all.status, 502);
  assert.deepEqual(
    all.body.errors?.map(({ service, status }) => [service, status]),
    [
      ['api', 'ok'],
      ['clock', 'ok'],
      ['postgresql', 'ok'],
      ['sample-store', 'ok'],
      ['sample-files', 'ok'],
      ['temporal', 'ok'],
      ['workers', 'ok'],
      ['extractors', 'failed'],
      ['worker-clocks', 'ok'],
      ['event-partitions', 'ok'],
      ['audit', 'ok'],
      ['worker-settings', 'ok'],
    ],
  );
});

test('an API says which settings its workers have otherwise, and works on', async () => {
  const other = await startApi(engine, 'other', { TASKS_AT_ONCE: '7', APPROVAL_OBJECTS: '1000' });
  const { status, body } = await healthOf(other.url ?? '', '?include_luna_services=1');
  assert.equal(status, 502, 'for want of an extractor');
  assert.deepEqual(
    body.errors?.filter(({ service }) => service === 'worker-settings'),
    [
      {
        ...{ service: 'worker-settings', status: 'warning' },
        desc: "APPROVAL_OBJECTS, TASKS_AT_ONCE: not the same as the API's",
      },
    ],
  );
  await other.stop();
});

test('a remote extractor that does not answer is named, to who asks about other services', async () => {
  let status = 405;
  const remote = createServer((_req, res) => res.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(remote, 'listening');
  const { port } = remote.address() as AddressInfo;
  const asking = await startApi(engine, 'asking', {
    REMOTE_EXTRACTORS: `face:4:512=http://127.0.0.1:${port}/extract`,
  });
  const url = asking.url ?? '';
  const failed = async () => failedIn(await healthOf(url, '?include_luna_services=1'));
  try {
    assert.deepEqual(await failed(), ['extractors']);
    status = 503;
    assert.deepEqual(await failed(), ['extractors', 'extractor-face-4']);
    remote.close();
    remote.closeAllConnections();
    await once(remote, 'close');
    assert.deepEqual(await failed(), ['extractors', 'extractor-face-4']);
    assert.equal((await healthOf(url)).status, 200);
  } finally {
    remote.close();
    await asking.stop();
  }
});

for (const [what, instead, desc] of [
  ['a file is', (place: string) => writeFile(place, ''), () => 'the folder cannot be used (ENOTDIR)'],
  [
    'an empty folder is',
    (place: string) => mkdir(place),
    (id: string) => `the folder has no mark, where the mark ${id} is expected`,
  ],
] as const) {
  test(`worker and API are well, and ill while ${what} in the place of the samples`, async () => {
    const worker = await statusUrl(engine, 'worker-1');
    assert.equal((await healthOf(worker, '?include_luna_services=1')).status, 200);
    assert.equal((await healthOf(api.url ?? '')).status, 200);
    const [store] = await engine.db().query<{ id: string }>('select store_id as id from sample_store');
    const samples = join(engine.folder, 'samples');
    await rename(samples, `${samples}-away`);
    await instead(samples);
    try {
      for (const url of [worker, api.url ?? '']) {
        const ill = await healthOf(url);
        assert.equal(ill.status, 502);
        assert.deepEqual(
          ill.body.errors?.filter(({ status }) => status === 'failed'),
          [{ service: 'sample-store', status: 'failed', desc: desc(store?.id ?? '') }],
        );
      }
    } finally {
      await rm(samples, { recursive: true });
      await rename(`${samples}-away`, samples);
    }
    assert.equal((await healthOf(worker)).status, 200);
    assert.equal((await fetch(`${worker}/tasks`)).status, 404);
  });
}

test('a file of a removed sample that resists is told to who asks about other services, and to no load balancer', async () => {
  await engine
    .db()
    .query(
      `insert into sample_tombstones (storage_key, state, attempts, next_attempt_time) values ('image-one', 'refused', 1, now() + interval '1 day')`,
    );
  try {
    for (const url of [await statusUrl(engine, 'worker-1'), api.url ?? '']) {
      assert.equal((await healthOf(url)).status, 200);
      const { body } = await healthOf(url, '?include_luna_services=1');
      assert.equal(
        body.errors?.find(({ service }) => service === 'sample-files')?.desc,
        '1 file of removed samples cannot be removed',
      );
    }
  } finally {
    await engine.db().query('delete from sample_tombstones');
  }
});

test('an API that is told to stop is ill at once, still serves, and asks clients to leave', async () => {
  const leaving = await startApi(engine, 'leaving', { SHUTDOWN_DELAY_MS: '15000' });
  const url = leaving.url ?? '';
  assert.equal((await fetch(`${url}/version`)).headers.get('connection'), 'keep-alive');
  process.kill(leaving.pid, 'SIGTERM');
  const ill = await waitFor('a bad health check', async () => {
    const health = await healthOf(url);
    return health.status === 502 && health;
  });
  assert.deepEqual(failedIn(ill), ['api']);
  const served = await fetch(`${url}/version`);
  assert.deepEqual([served.status, served.headers.get('connection')], [200, 'close']);
  await leaving.exited;
  await assert.rejects(fetch(`${url}/version`));
});

/** A folder with what `.dockerignore` lets into the image. */
async function copyImage(): Promise<TestFolder> {
  const folder = await createTestFolder('image');
  const lines = (await readFile('.dockerignore', 'utf8')).split('\n');
  for (const name of lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1)))
    await cp(name, join(folder.path, name), { recursive: true });
  await symlink(resolve('node_modules'), join(folder.path, 'node_modules'));
  return folder;
}

test('the files of the image are enough for an API', async () => {
  const image = await copyImage();
  const api = await startApi(engine, 'image', {}, join(image.path, 'api/server.ts'));
  try {
    assert.equal((await healthOf(api.url ?? '')).status, 200);
    assert.equal((await fetch(`${api.url}/docs/dev`)).status, 200);
  } finally {
    await api.stop();
    await image.remove();
  }
});

/** An API that may have only so many files open. */
async function startConfinedApi(maxFiles: number): Promise<{ url: string; stop(): Promise<void> }> {
  const command = [process.execPath, serverFile];
  const child = spawn('sh', ['-c', `ulimit -n ${maxFiles}; exec "$@"`, 'sh', ...command], {
    env: engine.running().env,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
  };
  return { url, stop };
}

test('an API with as many connections as it can have goes on with those, and turns away only others', async () => {
  const confined = await startConfinedApi(600);
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const statuses = (path: string) =>
    Promise.all(
      Array.from({ length: 20 }, async () => {
        const [answer] = (await once(get(confined.url + path, { agent }), 'response')) as [IncomingMessage];
        await once(answer.resume(), 'end');
        return answer.statusCode;
      }),
    );
  const idle = [];
  let turnedAway = 0;
  try {
    assert.deepEqual(new Set(await statuses('/version')), new Set([200]));
    for (let count = 0; count < 800; count++) {
      const socket = connect(Number(new URL(confined.url).port), '127.0.0.1');
      socket.on('error', () => undefined).on('close', () => turnedAway++);
      idle.push(socket);
      await once(socket, 'connect');
    }
    await waitFor('those that are too many to be turned away', () => turnedAway >= 370);
    assert.deepEqual(new Set(await statuses('/healthcheck')), new Set([200]));
    for (const socket of idle) socket.destroy();
    await waitFor('somebody else to be served', async () => (await healthOf(confined.url)).status === 200);
  } finally {
    for (const socket of idle) socket.destroy();
    agent.destroy();
    await confined.stop();
  }
});

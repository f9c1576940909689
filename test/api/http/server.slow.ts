import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProxy } from '../../../chaos/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';
import { basic } from '../../support/rows/basic.ts';
import { makeAuthority } from '../../support/certificates.ts';
import { createTestFolder } from '../../support/folder.ts';
import { waitFor } from '../../support/waitFor.ts';

let database: TestDatabase;
let dataDir: string;
before(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'luna-admin-api-'));
});
after(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

function start(settings: Record<string, string>): Run {
  let output = '';
  const child = spawn(process.execPath, ['api/server.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      DATABASE_URL: database.url,
      // Nobody listens there: a server whose engine is away.
      TEMPORAL_ADDRESS: '127.0.0.1:9',
      SESSION_SECRET: 'a secret of the tests that is long enough',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_FORMAT: 'json',
      ...settings,
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  // Not `exit`, which may come before the last words are read.
  const exit = once(child, 'close').then(([code]: unknown[]) => code as number | null);
  return { child, output: () => output, exit };
}

test('the default password is refused where other machines can reach the service', async () => {
  const { exit, output } = start({ HOST: '0.0.0.0' });
  assert.equal(await exit, 2, output());
  assert.match(output(), /ADMIN_PASSWORD: 'root' is public/);
});

test('settings that are missing are named, all at once', async () => {
  const { exit, output } = start({ DATABASE_URL: '', SESSION_SECRET: '' });
  assert.equal(await exit, 2);
  assert.match(output(), /SESSION_SECRET/);
});

test('the first start makes the administrator; a task is accepted without an engine; a signal ends it all', async (t) => {
  const { child, output, exit } = start({});
  try {
    const url = await waitFor('the address', () => /listening on (http:\S+)/.exec(output())?.[1]);
    const root = basic('root@visionlabs.ai', 'root');
    assert.equal((await fetch(`${url}/4/login`, { headers: root })).status, 200);
    const begin = performance.now();
    const answer = await fetch(`${url}/4/tasks/gc`, {
      method: 'POST',
      headers: { ...root, 'content-type': 'application/json' },
      body: JSON.stringify({ content: { target: 'face_descriptors', descriptor_version: 1 } }),
    });
    assert.equal(answer.status, 201);
    t.diagnostic(`answered after ${Math.round(performance.now() - begin)} ms`);
  } finally {
    child.kill('SIGTERM');
  }
  assert.equal(await exit, 0, output());
});

test('every line that a request leaves in the log has its id, and none has a secret', async () => {
  const { child, output, exit } = start({ LOG_LEVEL: 'trace', ADMIN_PASSWORD: 'root' });
  const secrets = [
    'hunter2',
    'root@visionlabs.ai:root',
    basic('root@visionlabs.ai', 'root')['authorization'],
  ];
  try {
    const url = await waitFor('the address', () => /listening on (http:\S+)/.exec(output())?.[1]);
    const before = output().length;
    const call = (
      last: number,
      method: string,
      path: string,
      body: object,
      more: Record<string, string> = {},
    ) =>
      fetch(url + path, {
        method,
        headers: { ...more, 'content-type': 'application/json', 'luna-request-id': requestIdOf(last) },
        body: JSON.stringify(body),
      });
    const root = basic('root@visionlabs.ai', 'root');
    // The engine is away, which is logged in the middle of the request.
    await call(1, 'POST', '/4/tasks/gc', { content: { target: 'faces', filters: { user_data: 'x' } } }, root);
    await call(2, 'POST', '/4/login', { login: 'root@visionlabs.ai', password: 'hunter2' });
    await call(3, 'PATCH', '/4/login', { password: 'hunter2' }, { cookie: 'luna_admin=hunter2' });
    await call(4, 'PATCH', '/4/login', { password: ['hunter2'] }, root);
    const lines = await waitFor('the lines of all requests', () => {
      const all = output().slice(before).trim().split('\n');
      return all.some((line) => line.includes(requestIdOf(4))) && all;
    });
    const ids = lines.map((line) => (JSON.parse(line) as { requestId?: string }).requestId);
    assert.deepEqual(ids, [requestIdOf(1), requestIdOf(1), requestIdOf(2), requestIdOf(3), requestIdOf(4)]);
    for (const secret of secrets) assert.ok(!output().includes(secret ?? ''), output());
  } finally {
    child.kill('SIGTERM');
  }
  assert.equal(await exit, 0, output());
});

function requestIdOf(last: number): string {
  return `1700000000,00000000-0000-4000-8000-00000000000${last}`;
}

test('an API that starts while its database is away lives, serves nothing, and then serves everything', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const proxy = await createProxy(Number(new URL(database.url).port));
  proxy.cut();
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const { child, exit, output } = start({ DATABASE_URL: url.href, PORT: String(port), HOST: '127.0.0.1' });
  const statusOf = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      (answer) => answer.status,
      () => null,
    );
  try {
    await waitFor('an answer', async () => (await statusOf('/version')) === 200);
    assert.equal(await statusOf('/4/healthcheck'), 502);
    assert.equal(await statusOf('/4/tasks'), 503);
    proxy.open();
    await waitFor('the API to be well', async () => (await statusOf('/healthcheck')) === 200);
    assert.equal(await statusOf('/4/tasks'), 401);
  } finally {
    child.kill('SIGTERM');
    assert.equal(await exit, 0, output());
    await proxy.close();
  }
});

test('an API that waits for its database ends at once when it is told to', async () => {
  const { child, exit, output } = start({ DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' });
  await waitFor('it to wait', () => output().includes('the database does not answer yet'));
  child.kill('SIGTERM');
  assert.equal(await exit, 0, output());
  assert.doesNotMatch(output(), /"level":[56]0/);
});

test('a start that other machines would reach without HTTPS says so loudly, or is refused if HTTPS is required', async () => {
  const folder = await createTestFolder('tls');
  const authority = await makeAuthority(folder.path);
  const { certFile, keyFile } = await authority.issue('api', 'IP:127.0.0.1');
  // That of the other tests has an account with a known password, which is refused here.
  const own = await createTestDatabase();
  const reached = { HOST: '0.0.0.0', ADMIN_PASSWORD: 'a password of the tests', DATABASE_URL: own.url };
  try {
    const refused = start({ ...reached, REQUIRE_HTTPS: 'true' });
    assert.equal(await refused.exit, 2);
    assert.match(refused.output(), /HOST: other machines would reach the API at 0\.0\.0\.0 without HTTPS/);
    for (const tls of [{}, { TLS_CERT: certFile, TLS_KEY: keyFile }]) {
      const { child, output, exit } = start({ ...reached, ...tls });
      try {
        const found = await waitFor('the address', () => /listening on (https?:\S+)/.exec(output())?.[1]);
        const isSecure = 'TLS_CERT' in tls;
        assert.equal(new URL(found).protocol, isSecure ? 'https:' : 'http:');
        assert.equal(output().includes('NO HTTPS: other machines'), !isSecure, output());
        if (isSecure)
          assert.equal(
            await statusOf(`https://127.0.0.1:${new URL(found).port}/version`, authority.cert),
            200,
          );
      } finally {
        child.kill('SIGTERM');
      }
      assert.equal(await exit, 0, output());
    }
  } finally {
    await folder.remove();
    await own.drop();
  }
});

async function statusOf(url: string, ca: string): Promise<number | undefined> {
  const [answer] = (await once(get(url, { ca, agent: false }), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

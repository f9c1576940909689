import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { networkOf } from '../../../api/accounts/auth/loginLimit.ts';
import { createLimitedServer } from '../../../api/http/limitedServer.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { patienceMs, waitFor } from '../../support/waitFor.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi({ headTimeoutMs: patienceMs, requestTimeoutMs: patienceMs });

const root = basic(rootLogin, rootPassword)['authorization'] ?? '';
const gcPath = '/4/tasks/gc';

/** What the server says to these bytes until it closes; clients of HTTP libraries cannot be this rude. */
async function sendRaw(text: string | Buffer, url = api.url): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return heard;
}

const head = (line: string, ...more: string[]): string =>
  [line, 'Host: localhost', `Authorization: ${root}`, 'Connection: close', ...more, '', ''].join('\r\n');

async function post(body: Buffer | string, headers: Record<string, string> = {}) {
  const answer = await fetch(api.url + gcPath, {
    method: 'POST',
    headers: { authorization: root, 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as { error_code: number; detail: string } };
}

async function isAlive(): Promise<void> {
  assert.equal((await call('GET', '/4/tasks')).status, 200);
}

test('SQL in ids, filters and logins is refused or is only text', async () => {
  const poison = "1' or '1'='1'; drop table tasks; --";
  const encoded = encodeURIComponent(poison);
  for (const [path, status] of [
    [`/4/tasks/${encoded}`, 404],
    [`/4/accounts/${encoded}`, 400],
    [`/4/errors/${encoded}`, 404],
    [`/4/tasks?task_ids=${encoded}`, 400],
    [`/4/tasks?task_status=${encoded}`, 400],
    [`/4/tasks?create_time__lt=${encoded}`, 400],
    [`/4/errors?error_code=${encoded}`, 400],
    [`/4/accounts?page=${encoded}`, 400],
  ] as const) {
    assert.equal((await call('GET', path)).status, status, path);
  }
  const stranger = await createClient(api.url, basic(poison, poison));
  assert.equal((await stranger('GET', '/4/login')).body.error_code, 11002);
  const made = await call('POST', gcPath, {
    body: { description: poison, content: { target: 'faces', filters: { user_data: poison } } },
  });
  assert.equal(made.status, 201);
  assert.equal((await call('GET', `/4/tasks/${made.body.task_id}`)).body.description, poison);
});

test('no header of an answer can be made by the client', async () => {
  const injected = '%0d%0aSet-Cookie:%20evil=1';
  for (const line of [
    `GET /4/health?include_luna_services=1${injected} HTTP/1.1`,
    `GET /4/health${injected} HTTP/1.1`,
    `GET /4/tasks/1${injected}/result HTTP/1.1`,
    `GET /login${injected} HTTP/1.1`,
  ]) {
    const answer = await sendRaw(head(line));
    assert.match(answer, /^HTTP\/1\.1 [34]\d\d /, line);
    assert.doesNotMatch(answer, /^set-cookie: evil/im, line);
  }
  const requestId = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';
  const bare = await sendRaw(head('GET /4/version HTTP/1.1', `Luna-Request-Id: ${requestId}\rX-Evil: 1`));
  assert.match(bare, /^HTTP\/1\.1 400 /);
  const twice = await sendRaw(
    head('GET /4/version HTTP/1.1', `Luna-Request-Id: ${requestId}`, `Luna-Request-Id: ${requestId}`),
  );
  assert.match(twice, /"error_code":12018/);
});

test('a path that climbs leads nowhere', async () => {
  for (const path of [
    '/4/../package.json',
    '/assets/../../package.json',
    '/assets/x/..%2f..%2f..%2fpackage.json',
    '/assets/x/%2e%2e%2f%2e%2e%2fpackage.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/dev/..%2f..%2fpackage.json',
    '/docs/dev/../../package.json',
    '/docs/dev/%2e%2e/%2e%2e/package.json',
    '/4/tasks/..%2f..%2fetc%2fpasswd/result',
    '//etc/passwd',
    '/%00',
    '/4/accounts/..%5c..%5cpackage.json',
  ]) {
    const answer = await sendRaw(head(`GET ${path} HTTP/1.1`));
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, path);
    assert.doesNotMatch(answer, /"devDependencies"|root:x:/, path);
  }
});

test('JSON that is deep or long is refused, with its own code', async () => {
  const levels = 400_000;
  const deep = '['.repeat(levels) + ']'.repeat(levels);
  const escaped = '['.repeat(levels) + '"\\u0041"' + ']'.repeat(levels);
  for (const [body, status, code] of [
    [deep, 400, 12022],
    [`{"content":${deep}}`, 400, 12022],
    [`{"content":{"target":"faces","filters":{"user_data":${escaped}}}}`, 400, 12022],
    ['['.repeat(levels), 400, 12002],
    [`{"description":"${'x'.repeat(1_048_000)}","content":{}}`, 400, 12022],
    [`{"description":"${'x'.repeat(1_049_000)}"}`, 413, 12042],
  ] as const) {
    const answer = await post(body);
    assert.deepEqual([answer.status, answer.body.error_code], [status, code], body.slice(0, 40));
  }
  const longHead = await sendRaw(head('GET /4/tasks HTTP/1.1', `X-Long: ${'x'.repeat(20_000)}`));
  assert.match(longHead, /^HTTP\/1\.1 431 /);
  await isAlive();
});

test('a body that unpacks to very much is refused without being unpacked', async () => {
  const bomb = Buffer.alloc(128 * 1_048_576, ' ');
  const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
  const packed = { gzip: gzipSync(bomb, { level: 1 }), br: brotliCompressSync(bomb, { params }) };
  const before = process.memoryUsage().rss;
  for (const [encoding, body] of Object.entries(packed)) {
    const answer = await post(body, { 'content-encoding': encoding });
    assert.deepEqual([answer.status, answer.body.error_code], [413, 12042], encoding);
  }
  const grown = (process.memoryUsage().rss - before) / 1_048_576;
  assert.ok(grown < 64, `${grown.toFixed(0)} MiB more`);
  const content = JSON.stringify({ content: { target: 'face_descriptors', descriptor_version: 9 } });
  assert.equal((await post(gzipSync(content), { 'content-encoding': 'gzip' })).status, 201);
  for (const encoding of ['gzip', 'deflate', 'br']) {
    for (const body of ['not packed', brotliCompressSync(content).subarray(0, -4)]) {
      const answer = await post(body, { 'content-encoding': encoding });
      assert.deepEqual([answer.status, answer.body.error_code], [400, 12002], encoding);
    }
  }
  const unknown = await post(content, { 'content-encoding': 'zstd-of-tomorrow' });
  assert.deepEqual([unknown.status, unknown.body.error_code], [415, 12024]);
});

test('keys that would change every object change nothing, and are named as unknown', async () => {
  for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    const inside = `{"content":{"target":"faces","filters":{"user_data":"a","${key}":{"confirm_all":true}}}}`;
    for (const [body, at] of [
      [`{"${key}":{"isAdmin":true},"content":{"target":"face_descriptors","descriptor_version":1}}`, key],
      [inside, `content.filters.${key}`],
    ] as const) {
      const answer = await post(body);
      assert.deepEqual([answer.status, answer.body.error_code], [400, 12022], body);
      assert.ok(answer.body.detail.includes(`'${at}'`), answer.body.detail);
    }
    const query = await call('GET', `/4/tasks?${key}=1`);
    assert.deepEqual([query.status, query.body.error_code], [400, 12012], key);
    const registration = await call('POST', '/4/accounts', {
      body: `{"login":"a@example.com","password":"abc","${key}":{"account_type":"admin"}}`,
    });
    assert.deepEqual([registration.status, registration.body.error_code], [400, 12022], key);
  }
  assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined);
});

test('text that is not UTF-8 is refused', async () => {
  const bad = Buffer.concat([
    Buffer.from('{"description":"'),
    Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80]),
    Buffer.from('","content":{"target":"face_descriptors","descriptor_version":1}}'),
  ]);
  const answer = await post(bad);
  assert.deepEqual([answer.status, answer.body.error_code], [400, 12002]);
  const latin = await post('{}', { 'content-type': 'application/json; charset=iso-8859-1' });
  assert.deepEqual([latin.status, latin.body.error_code], [415, 12024]);
  for (const path of ['/4/accounts/%ff', '/4/tasks/%c3%28', '/%ff']) {
    assert.ok((await call('GET', path)).status >= 400, path);
  }
  for (const query of ['/4/tasks?task_ids=%ff', '/4/search?q=%ff%fe', '/4/search?q=%zz', '/search?q=100%']) {
    const { status, body } = await call('GET', query);
    assert.deepEqual([status, body.error_code], [400, 12012], query);
  }
  assert.equal((await call('GET', '/4/search?q=100%25+%C3%A4')).status, 200);
});

test('what is not HTTP is answered 400 and cut off', async () => {
  for (const text of [
    'HELLO\r\n\r\n',
    `${'\0'.repeat(100)}\r\n\r\n`,
    'GET / HTTP/9.9\r\n\r\n',
    head('POST /4/tasks/gc HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
    head('POST /4/tasks/gc HTTP/1.1', 'Content-Length: -5'),
  ]) {
    assert.match(await sendRaw(text), /^HTTP\/1\.1 400 /, text.slice(0, 20));
  }
  await isAlive();
});

/** A process that holds so many slow connections. */
function startSlowClients(count: number) {
  const file = new URL('../../support/slowClients.ts', import.meta.url);
  const child = fork(file, [new URL(api.url).port, String(count), root], {});
  const heard = new Set<unknown>();
  child.on('message', (message) => heard.add(message));
  return { hasSaid: (word: 'open' | 'closed') => heard.has(word), kill: () => child.kill() };
}

test('10,000 connections that send nothing, or a byte now and then, are cut off, and others are served meanwhile', async (t) => {
  const before = process.memoryUsage().rss;
  const clients = [startSlowClients(5_000), startSlowClients(5_000)];
  try {
    // Two processes have to start first.
    await waitFor('all of them to be open', () => clients.every((each) => each.hasSaid('open')));
    await waitFor('all of them to be accepted', async () => (await api.connections()) >= 10_000);
    const started = performance.now();
    for (let count = 0; count < 20; count++) await isAlive();
    t.diagnostic(`${((performance.now() - started) / 20).toFixed(0)} ms a request`);
    assert.ok((await api.connections()) >= 10_000, 'others were served only when the slow ones had gone');
    const grown = (process.memoryUsage().rss - before) / 1_048_576;
    assert.ok(grown < 250, `${grown.toFixed(0)} MiB more`);
    // Only now: on a busy machine the first would be cut off before the last is there.
    api.limitRequests(1_000);
    await waitFor('the slow ones to be cut off', () => clients.every((each) => each.hasSaid('closed')));
    await isAlive();
  } finally {
    for (const each of clients) each.kill();
  }
});

test('by default the head of a request may take ten seconds, and all of it thirty', () => {
  const { headersTimeout, requestTimeout } = createLimitedServer(() => undefined);
  assert.deepEqual([headersTimeout, requestTimeout], [10_000, 30_000]);
});

test('an address counts as its network', () => {
  for (const [address, network] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ] as const) {
    assert.equal(networkOf(address), network);
  }
});

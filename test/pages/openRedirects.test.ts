import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/servers/apiServer.ts';

let server: ApiServer;
before(async () => {
  server = await startApiServer();
});
after(() => server.close());

const html = { accept: 'text/html' };

/** Sends the target exactly as it is written, which fetch does not. */
async function ask(target: string, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
  const { hostname, port } = new URL(server.url);
  const sent = request({ hostname, port, path: target, headers: { ...html, ...headers } });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}

/** Where a log-in leads with this cookie, as a browser reads it. */
async function ledTo(cookie: string): Promise<URL> {
  const answer = await fetch(`${server.url}/login`, {
    ...{ method: 'POST', redirect: 'manual', headers: { ...html, origin: server.url, cookie } },
    body: new URLSearchParams({ login: rootLogin, password: rootPassword }),
  });
  assert.equal(answer.status, 303);
  return new URL(answer.headers.get('location') ?? '', `${server.url}/login`);
}

const elsewhere = [
  '//evil.example',
  '///evil.example',
  String.raw`/\evil.example`,
  String.raw`\\evil.example`,
  String.raw`/\/evil.example`,
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/tasks/..//evil.example',
  '/%2e%2e//evil.example',
  'https://evil.example',
  'https:evil.example',
  'http:///evil.example',
  'javascript:alert(1)',
  'data:text/html,evil',
  '@evil.example',
  '/login@evil.example/..//evil.example',
];

test('sixteen ways to lead a log-in to another site are tried', () => {
  assert.ok(elsewhere.length >= 16);
});

for (const address of elsewhere) {
  test(`a log-in does not lead to ${JSON.stringify(address)}`, async () => {
    // As if somebody had set the cookie.
    const value = new URLSearchParams({ address, lost: '' });
    const { origin } = await ledTo(`luna_admin_wanted=${value.toString()}`);
    assert.equal(origin, server.url);
    // As if somebody had followed a link.
    if (/[\t\n]|^[^/h]|^https:e/.test(address)) return;
    const refused = await ask(address);
    const location = refused.headers.location ?? '/';
    assert.equal(new URL(location, server.url).origin, server.url, location);
    const cookies = (refused.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    assert.equal((await ledTo(cookies)).origin, server.url, cookies);
  });
}

test('no answer leads to a host that the request names', async () => {
  for (const headers of [
    { 'x-forwarded-host': 'evil.example' },
    { 'x-forwarded-proto': 'javascript' },
    { forwarded: 'host=evil.example' },
    { 'x-original-url': '//evil.example', 'x-rewrite-url': '//evil.example' },
    { referer: 'https://evil.example/' },
  ]) {
    const { location = '' } = (await ask('/tasks/view', headers)).headers;
    assert.equal(new URL(location, server.url).href, `${server.url}/login`);
  }
  const { statusCode, headers } = await ask('/tasks/view', { host: 'evil.example' });
  assert.deepEqual([statusCode, headers.location], [421, undefined]);
});

test('a log-in leads to the page that was wanted', async () => {
  const { headers } = await ask('/tasks/view?text=a%20b');
  const cookies = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  assert.equal((await ledTo(cookies)).href, `${server.url}/tasks/view?text=a%20b`);
});

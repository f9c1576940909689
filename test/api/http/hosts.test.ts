import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';

let api: ApiServer;
before(async () => {
  api = await startApiServer({ host: 'luna', allowedHosts: ['admin.example.com', 'bücher.example'] });
});
after(() => api.close());

/** Asks for something as if the host were this one; fetch takes no such header. */
async function ask(
  host: string,
  path = '/version',
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string }> {
  const request = http.request(api.url + path, { method, headers: { ...headers, host } }).end();
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) text += String(piece);
  return { status: answer.statusCode ?? 0, text };
}

test("a stranger's site whose name leads to this machine is answered nothing, with the right password neither", async () => {
  const headers = basic(rootLogin, rootPassword);
  for (const host of [
    'evil.example:5010',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'xlocalhost',
    'example.com',
    'evil.admin.example.com',
    'evil.example@localhost',
    'evil.example#.localhost',
    '[::1].evil.example',
  ]) {
    for (const [method, path] of [
      ['GET', '/version'],
      ['POST', '/4/login'],
      ['GET', '/login'],
      ['GET', '/healthcheck'],
      ['GET', '/metrics'],
    ] as const) {
      const { status, text } = await ask(host, path, { method, headers });
      assert.equal(status, 421, `${method} ${path} at '${host}'`);
      assert.equal((JSON.parse(text) as { error_code: number }).error_code, 12044);
    }
  }
  const [sessions] = await api.db.query('select from sessions');
  assert.equal(sessions, undefined);
});

test('the service is reached by every name of its own, in any case, with any port, and by address', async () => {
  for (const host of [
    'localhost',
    'LOCALHOST.:80',
    '127.0.0.1:1',
    '127.1.2.3',
    '[::1]:5010',
    '10.42.0.7:5010',
    '[2001:db8::7]',
    'luna:5010',
    'Admin.Example.com',
    'admin.example.com.:443',
    'xn--bcher-kva.example',
  ])
    assert.equal((await ask(host)).status, 200, host);
});

test('whoever asks without naming a host, as old health checks do, is no page and is answered', async () => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1').setEncoding('utf8');
  socket.end('GET /version HTTP/1.0\r\n\r\n');
  let text = '';
  for await (const piece of socket) text += String(piece);
  assert.match(text, /^HTTP\/1\.1 200 /);
});

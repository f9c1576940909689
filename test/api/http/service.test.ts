import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { load } from 'js-yaml';
import { errorTable } from '../../../domain/errors.ts';
import { startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { createClient, type Client } from '../../support/servers/documentedClient.ts';
import { waitFor } from '../../support/waitFor.ts';

let api: ApiServer;
let call: Client;
let isStoreThere = true;
before(async () => {
  api = await startApiServer({
    checks: [
      { name: 'postgresql', dependent: false, run: () => Promise.resolve() },
      {
        name: 'sample-store',
        dependent: false,
        run: () => (isStoreThere ? Promise.resolve() : Promise.reject(new Error('/secret/path is gone'))),
      },
      { name: 'temporal', dependent: true, run: () => Promise.reject(new Error('away')) },
    ],
  });
  call = await createClient(api.url, {});
});
after(() => api.close());

test('the version is the manual’s, with and without the prefix', async () => {
  const expected = { Version: { api: 4, major: 5, minor: 2, patch: 7 } };
  for (const path of ['/version', '/4/version']) assert.deepEqual((await call('GET', path)).body, expected);
});

test('the health check looks at other services only when asked, and says nothing of where things are', async () => {
  assert.equal((await call('GET', '/4/healthcheck')).status, 200);
  const withOthers = await call('GET', '/healthcheck?include_luna_services=1');
  assert.equal(withOthers.status, 502);
  assert.deepEqual(
    withOthers.body.errors.map((finding) => Object.values(finding).slice(0, 2)),
    [
      ['postgresql', 'ok'],
      ['sample-store', 'ok'],
      ['temporal', 'failed'],
    ],
  );
  isStoreThere = false;
  const ill = await call('GET', '/4/healthcheck');
  isStoreThere = true;
  assert.equal(ill.status, 502);
  assert.ok(!JSON.stringify(ill.body).includes('secret'));
});

test('/health leads to the health check under the same prefix with its query', async () => {
  for (const prefix of ['', '/4']) {
    const answer = await call('GET', `${prefix}/health?include_luna_services=1`);
    assert.equal(answer.status, 307);
    assert.equal(answer.headers.get('location'), `${prefix}/healthcheck?include_luna_services=1`);
  }
});

test('the document is YAML unless a page is preferred', async () => {
  for (const accept of [undefined, '*/*', 'application/x-yaml', 'text/html;q=0.5, application/x-yaml']) {
    const answer = await call('GET', '/docs/spec', accept === undefined ? {} : { headers: { accept } });
    assert.match(answer.headers.get('content-type') ?? '', /^application\/x-yaml/);
    assert.equal((load(answer.body as unknown as string) as { openapi: string }).openapi, '3.1.0');
  }
  const page = await call('GET', '/docs/spec', { headers: { accept: 'text/html' } });
  assert.match(page.body as unknown as string, /<h1[^>]*>API reference</);
  const other = await call('GET', '/docs/spec', { headers: { accept: 'application/json' } });
  assert.deepEqual([other.status, other.body.error_code], [406, 12023]);
});

test('every code that can be answered has its place on the page that errors link to', async () => {
  const page = (await call('GET', '/docs/errors')).body as unknown as string;
  for (const { code } of Object.values(errorTable)) assert.ok(page.includes(`id="${code}"`), String(code));
});

test('requests are counted by the pattern of their address', async () => {
  await call('GET', '/4/tasks/123');
  await call('GET', '/4/no/such/page');
  const figures = (await call('GET', '/metrics')).body as unknown as string;
  assert.match(
    figures,
    /luna_http_requests_total\{method="GET",route="\/tasks\/\{task_id\}",status="401"\} 1/,
  );
  assert.match(figures, /luna_http_errors_total\{route="unmatched",error_code="12013"\} 1/);
  assert.doesNotMatch(figures, /\{[^}]*\b123\b/);
});

test('answers carry the headers that keep browsers safe', async () => {
  const { headers } = await call('GET', '/4/version');
  assert.match(
    headers.get('content-security-policy') ?? '',
    /default-src 'self';.*script-src 'self' 'nonce-/,
  );
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('x-powered-by'), null);
});

test('a database that goes away is answered 503, and what needs none goes on', async () => {
  const lonely = await startApiServer();
  try {
    const lonelyCall = await createClient(lonely.url);
    assert.equal((await lonelyCall('GET', '/4/tasks')).status, 200);
    const { headers } = await lonelyCall('POST', '/4/login');
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    const [{ name } = { name: '' }] = await lonely.db.query<{ name: string }>(
      'select current_database() as name',
    );
    const stream = await fetch(`${lonely.url}/tasks/events`, { headers: { cookie } });
    let heard = '';
    const hearing = (async () => {
      for await (const chunk of stream.body ?? []) heard += Buffer.from(chunk as Uint8Array).toString();
    })().catch(() => undefined);
    await api.db.query(`alter database ${name} allow_connections false`);
    await api.db.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    // Sooner than by the look that is taken every 15 seconds.
    await waitFor('listeners to be told', () => heard.includes('event: database\ndata: {"available":false}'));
    const answer = await lonelyCall('GET', '/4/tasks');
    assert.deepEqual([answer.status, answer.body.error_code], [503, 12043]);
    assert.equal(answer.headers.get('retry-after'), '5');
    const content = { target: 'faces', filters: { user_data: 'door' } };
    const refused = await lonelyCall('POST', '/4/tasks/gc', { body: { content } });
    assert.deepEqual([refused.status, refused.body.error_code], [503, 28000]);
    for (const path of ['/', '/login', '/tasks/2/view']) {
      const page = await fetch(lonely.url + path, { headers: { cookie, accept: 'text/html' } });
      const shown = [page.status, page.headers.get('content-type'), page.headers.get('retry-after')];
      assert.deepEqual(shown, [503, 'text/html; charset=utf-8', '5'], `${path} with a session`);
      assert.match(await page.text(), /href="">Try again<.a>/, `${path} can be tried again`);
    }
    assert.equal((await lonelyCall('GET', '/4/version')).status, 200);
    await api.db.query(`alter database ${name} allow_connections true`);
    await waitFor('them to be told again', () => heard.includes('{"available":true}'));
    lonely.endStreams();
    await hearing;
  } finally {
    await lonely.close();
  }
});

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { loadConfig } from '../../../platform/config.ts';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword, startApiServer } from '../../support/servers/apiServer.ts';
import { createClient } from '../../support/servers/documentedClient.ts';

const most = 5;
const root = basic(rootLogin, rootPassword);
const gc = { content: { target: 'faces', filters: { create_time__lt: 'now-30d' } } };

/** An API that allows so few of one kind, and any number of the others. */
async function limitedApi(t: TestContext, limits: Parameters<typeof startApiServer>[0]) {
  const api = await startApiServer(limits);
  t.after(() => api.close());
  return { api, call: await createClient(api.url) };
}

async function statuses(count: number, ask: () => Promise<{ readonly status: number }>): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < count; n++) found.push((await ask()).status);
  return found;
}

const fewThen429 = (count: number, good = 200) => [...Array<number>(count).fill(good), 429];

test('an account that asks too often has to wait, and is told for how long; others and its tokens do not', async (t) => {
  const { api, call } = await limitedApi(t, { requestsPerMinute: most });
  const other = await accountOfRole(call, api.url, 'viewer');
  const { token } = (await call('POST', '/4/tokens', { body: { name: 'robot' } })).body;
  // Two have been used.
  assert.deepEqual(await statuses(most - 1, () => call('GET', '/4/tasks')), fewThen429(most - 2));
  const refused = await call('GET', '/4/tasks');
  assert.equal(refused.body.error_code, 12033);
  assert.match(refused.body.detail, /^more than 5 requests a minute; try again in \d+ s$/);
  const wait = Number(refused.headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 60, String(wait));

  assert.equal((await other.call('GET', '/4/tasks')).status, 200);
  const robot = await createClient(api.url, { authorization: `Bearer ${token}` });
  assert.deepEqual(await statuses(most + 1, () => robot('GET', '/4/tasks')), fewThen429(most));

  const page = await fetch(`${api.url}/tasks/view`, { headers: { ...root, accept: 'text/html' } });
  assert.equal(page.status, 429);
  assert.notEqual(page.headers.get('retry-after'), null);
  assert.match(await page.text(), /Too many requests in a minute.*more than 5 requests a minute/s);

  const stream = await fetch(`${api.url}/4/tasks/events`, { headers: root });
  assert.equal(stream.status, 200, 'a live stream is no request of a minute');
  await stream.body?.cancel();
  const figures = await (await fetch(`${api.url}/metrics`)).text();
  assert.match(figures, /^luna_requests_limited_total\{limit="requests"\} 4$/m);
  assert.match(figures, /^luna_requests_limited_total\{limit="costly"\} 0$/m);
});

test('new tasks, previews and exports have a limit of their own, and the pages share it', async (t) => {
  const { api, call } = await limitedApi(t, { costlyRequestsPerMinute: 3 });
  assert.equal((await call('POST', '/4/tasks/gc', { body: gc })).status, 201);
  assert.equal((await call('POST', '/4/tasks/preview', { body: { task_type: 4, ...gc } })).status, 200);
  const get = (path: string) => fetch(api.url + path, { headers: { ...root, accept: 'text/html' } });
  assert.deepEqual(await statuses(2, () => get('/tasks/csv')), [200, 429]);
  const refused = await call('GET', '/4/audit/export?format=csv');
  assert.deepEqual([refused.status, refused.body.error_code], [429, 12033]);
  assert.equal((await call('POST', '/4/tasks/gc', { body: gc })).status, 429);
  const [row] = await api.db.query<{ count: number }>('select count(*) from tasks');
  assert.equal(row?.count, 1);
  assert.equal((await call('GET', '/4/tasks')).status, 200);
});

test('pictures of people have a limit of their own', async (t) => {
  const { api } = await limitedApi(t, { picturesPerMinute: 2 });
  const get = () => fetch(`${api.url}/samples/01890000-0000-7000-8000-000000000009/face`, { headers: root });
  assert.deepEqual(await statuses(3, get), [404, 404, 429]);
});

test('public requests that do work are limited by network, and load balancers are never refused', async (t) => {
  const { api } = await limitedApi(t, { publicRequestsPerMinute: 3, trustProxy: 'loopback' });
  const from = (address: string, path: string) =>
    fetch(api.url + path, { headers: { 'x-forwarded-for': address } });
  const near = '192.0.2.7';
  const [health, search] = ['/healthcheck?include_luna_services=1', '/docs/search?q=task'];
  assert.equal((await from(near, health)).status, 200);
  for (let times = 0; times < 2; times++) assert.equal((await from(near, search)).status, 200);
  for (const path of [health, search]) assert.equal((await from(near, path)).status, 429, path);
  assert.deepEqual(await statuses(8, () => from(near, '/healthcheck')), Array(8).fill(200));
  assert.equal((await from('192.0.2.8', search)).status, 200);
  assert.deepEqual(await statuses(4, () => from('2001:db8::1', search)), fewThen429(3));
  assert.equal((await from('2001:db8::2', search)).status, 429, 'of the same /64');
  // What a proxy has passed on is not told the metrics at all; who asks the process itself is limited, too.
  assert.deepEqual(await statuses(4, () => fetch(`${api.url}/metrics`)), fewThen429(3));
});

test('nothing is limited where only this machine calls, unless a setting says so', () => {
  const limitsOf = (env: Record<string, string>) => {
    const config = loadConfig(env);
    return [
      ...[config.requestsPerMinute, config.costlyRequestsPerMinute],
      ...[config.picturesPerMinute, config.publicRequestsPerMinute],
    ];
  };
  assert.deepEqual(limitsOf({}), [0, 0, 0, 0]);
  assert.deepEqual(limitsOf({ REQUESTS_PER_MINUTE: '10' }), [10, 0, 0, 0]);
  assert.deepEqual(limitsOf({ HOST: '0.0.0.0' }), [6_000, 600, 3_000, 600]);
  assert.deepEqual(limitsOf({ TRUST_PROXY: 'loopback' }), [6_000, 600, 3_000, 600]);
  assert.deepEqual(limitsOf({ SECURE_COOKIES: 'true' }), [6_000, 600, 3_000, 600]);
  assert.deepEqual(limitsOf({ HOST: '0.0.0.0', REQUESTS_PER_MINUTE: '0' }), [0, 600, 3_000, 600]);
});

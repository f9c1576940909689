import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import pg from 'pg';
import { createProxy, type Proxy } from '../../../chaos/proxy.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';
import { patienceMs } from '../../support/waitFor.ts';

const headers = { ...basic(rootLogin, rootPassword), 'content-type': 'application/json' };
const html = { accept: 'text/html' };
let testDatabase: TestDatabase;
let imageFolder: TestFolder;
let proxy: Proxy;
let api: ApiServer;
let cookie: string;
before(async () => {
  testDatabase = await createTestDatabase();
  imageFolder = await createTestFolder('images');
  const url = new URL(testDatabase.url);
  proxy = await createProxy(Number(url.port));
  url.port = String(proxy.port);
  api = await startApiServer({ besides: { testDatabase, imageFolder }, databaseUrl: url.href });
  await api.warm();
  const answer = await fetch(`${api.url}/4/login`, { method: 'POST', headers });
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  await api.db.query(
    `insert into tasks (task_type, content, state) select 4, '{"target": "faces", "filters": {}, "store_results": true}',
       'running' from generate_series(1, 20)`,
  );
});
after(async () => {
  await api.close();
  await proxy.close();
  await imageFolder.remove();
  await testDatabase.drop();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

async function ask(path: string, init: RequestInit = {}, url = api.url): Promise<Answer> {
  const began = performance.now();
  const signal = AbortSignal.timeout(patienceMs);
  const answer = await fetch(url + path, { headers, redirect: 'manual', signal, ...init });
  const text = await answer.text();
  return { status: answer.status, text, ms: performance.now() - began };
}

const tell = (t: TestContext, what: string, ms: number): void =>
  t.diagnostic(`${what} took ${Math.round(ms)} ms`);

const page = (path: string): Promise<Answer> => ask(path, { headers: { ...html, cookie } });
const cancel = (taskId: number): Promise<Answer> =>
  ask(`/4/tasks/${taskId}`, { method: 'PATCH', body: '{}' });

/**
 * While somebody else holds all of a table, until the work is done: who is answered at all has not waited for it. How
 * long each took is told, not judged.
 */
async function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  try {
    await client.query(`begin; lock table ${table} in access exclusive mode`);
    await work();
  } finally {
    await client.end();
  }
}

test('home comes while somebody holds the faces, and says what it cannot tell', async (t) => {
  await page('/');
  await api.db.query('select 1');
  await whileLocked('faces', async () => {
    // Counts of the stock are remembered for some seconds; another process has none.
    const other = await startApiServer({ besides: { testDatabase, imageFolder } });
    try {
      await other.warm().catch(() => undefined);
      const { status, text, ms } = await ask('/', { headers: { ...html, cookie } }, other.url);
      tell(t, 'home', ms);
      assert.equal(status, 200);
      assert.match(text, /did not answer in time: faces and events/);
      assert.match(text, /20<\/span> <span class="tile-name">In progress/, 'what can be told is told');
    } finally {
      await other.close();
    }
  });
});

test('home comes while somebody holds the tasks, and every other page is a page', async (t) => {
  await whileLocked('tasks', async () => {
    const answer = await page('/');
    tell(t, 'home', answer.ms);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /did not answer in time: tasks/);
    assert.doesNotMatch(answer.text, /Nothing is running/);
    for (const path of ['/tasks/1/view', '/tasks/view', '/tasks/csv']) {
      const one = await page(path);
      tell(t, path, one.ms);
      assert.equal(one.status, 503, path);
      assert.match(one.text, /<html/);
    }
  });
  const id = '01900000-0000-7000-8000-000000000001';
  await whileLocked('faces, events, task_errors, samples', async () => {
    const paths = [`/faces/${id}/view`, `/events/${id}/view`, `/search?q=${id}`, '/errors/view'];
    for (const path of paths) tell(t, path, (await page(path)).ms);
    const body = JSON.stringify({
      task_type: 4,
      content: { target: 'faces', filters: { create_time__lt: 'now' } },
    });
    const preview = await ask('/4/tasks/preview', { method: 'POST', body });
    tell(t, 'preview', preview.ms);
    assert.equal(preview.status, 503, preview.text);
  });
});

test('an order is answered though all tasks are held, and thirteen of them hold up nobody', async (t) => {
  await whileLocked('tasks', async () => {
    const orders = Array.from({ length: 13 }, (_, index) => cancel(index + 1));
    const others = ['/4/accounts', '/4/tasks/schedules', '/4/healthcheck'].map((path) => ask(path));
    for (const answer of await Promise.all(others)) {
      assert.equal(answer.status, 200, answer.text);
      tell(t, 'another request', answer.ms);
    }
    for (const answer of await Promise.all(orders)) {
      assert.equal(answer.status, 503, answer.text);
      tell(t, 'an order', answer.ms);
    }
    const removal = await ask('/4/tasks/1', { method: 'DELETE' });
    assert.equal(removal.status, 503);
    tell(t, 'a removal', removal.ms);
  });
});

test('lists that wait for a lock are told to come again, and hold up neither orders nor health', async (t) => {
  await whileLocked('task_errors', async () => {
    const lists = Array.from({ length: 20 }, () => ask('/4/tasks/errors'));
    const order = await cancel(14);
    assert.equal(order.status, 200, order.text);
    tell(t, 'an order', order.ms);
    const health = await ask('/4/healthcheck');
    assert.equal(health.status, 200, health.text);
    const figures = await ask('/metrics');
    assert.equal(figures.status, 200);
    for (const answer of await Promise.all(lists)) {
      assert.equal(answer.status, 503);
      assert.match(answer.text, /"error_code":12043/);
    }
  });
});

test('connections that freeze without a word are given up and replaced, those of sessions too', async (t) => {
  const paths = ['/4/accounts', '/4/tasks', '/4/tasks/schedules', '/'];
  const all = () => Promise.all([...paths.map(page), ...paths.map((path) => ask(path)), cancel(15)]);
  for (const answer of await all()) assert.ok(answer.status < 300, answer.text);
  proxy.freeze();
  // Nobody ends the frozen ones: the system would, after a quarter of an hour.
  for (const { ms } of await all()) tell(t, 'a request on a frozen connection', ms);
  for (const answer of await all()) {
    assert.ok(answer.status < 300, answer.text);
    tell(t, 'a request afterwards', answer.ms);
  }
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createProxy, type Proxy } from '../../../chaos/proxy.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';

const limitMs = 2_000;
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

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const began = performance.now();
  const answer = await fetch(api.url + path, { headers, redirect: 'manual', ...init });
  const text = await answer.text();
  return { status: answer.status, text, ms: performance.now() - began };
}

const page = (path: string): Promise<Answer> => ask(path, { headers: { ...html, cookie } });
const cancel = (taskId: number): Promise<Answer> =>
  ask(`/4/tasks/${taskId}`, { method: 'PATCH', body: '{}' });

/** While somebody else holds all of a table. */
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

function assertInTime({ ms }: Answer, what: string): void {
  assert.ok(ms <= limitMs, `${what} took ${Math.round(ms)} ms`);
}

test('home comes while somebody holds the faces, and says what it cannot tell', async () => {
  await page('/');
  await api.db.query('select 1');
  await whileLocked('faces', async () => {
    // Counts of the stock are remembered for some seconds; another process has none.
    const other = await startApiServer({ besides: { testDatabase, imageFolder } });
    try {
      await other.warm().catch(() => undefined);
      const began = performance.now();
      const answer = await fetch(`${other.url}/`, { headers: { ...html, cookie } });
      const text = await answer.text();
      assertInTime({ status: answer.status, text, ms: performance.now() - began }, 'home');
      assert.equal(answer.status, 200);
      assert.match(text, /did not tell in time: faces and events/);
      assert.match(text, /20<\/span> <span class="tile-name">In progress/, 'what can be told is told');
    } finally {
      await other.close();
    }
  });
});

test('home comes while somebody holds the tasks, and every other page is a page', async () => {
  await whileLocked('tasks', async () => {
    const answer = await page('/');
    assertInTime(answer, 'home');
    assert.equal(answer.status, 200);
    assert.match(answer.text, /did not tell in time: tasks/);
    assert.doesNotMatch(answer.text, /Nothing runs at the moment/);
    for (const path of ['/tasks/1/view', '/tasks/view', '/tasks/csv']) {
      const one = await page(path);
      assertInTime(one, path);
      assert.equal(one.status, 503, path);
      assert.match(one.text, /<html/);
    }
  });
  const id = '01900000-0000-7000-8000-000000000001';
  await whileLocked('faces, events, task_errors, samples', async () => {
    const paths = [`/faces/${id}/view`, `/events/${id}/view`, `/search?q=${id}`, '/errors/view'];
    for (const path of paths) assertInTime(await page(path), path);
    const body = JSON.stringify({
      task_type: 4,
      content: { target: 'faces', filters: { create_time__lt: 'now' } },
    });
    const preview = await ask('/4/tasks/preview', { method: 'POST', body });
    assertInTime(preview, 'preview');
    assert.equal(preview.status, 503, preview.text);
  });
});

test('an order is answered within two seconds though all tasks are held, and thirteen of them hold up nobody', async () => {
  await whileLocked('tasks', async () => {
    const orders = Array.from({ length: 13 }, (_, index) => cancel(index + 1));
    const others = ['/4/accounts', '/4/tasks/schedules', '/4/healthcheck'].map((path) => ask(path));
    for (const answer of await Promise.all(others)) {
      assert.equal(answer.status, 200, answer.text);
      assert.ok(answer.ms < 1_000, `took ${Math.round(answer.ms)} ms`);
    }
    for (const answer of await Promise.all(orders)) {
      assert.equal(answer.status, 503, answer.text);
      assertInTime(answer, 'an order');
    }
    const removal = await ask('/4/tasks/1', { method: 'DELETE' });
    assert.equal(removal.status, 503);
    assertInTime(removal, 'a removal');
  });
});

test('lists that wait for a lock are told to come again, and hold up neither orders nor health', async () => {
  await whileLocked('task_errors', async () => {
    const lists = Array.from({ length: 20 }, () => ask('/4/tasks/errors'));
    const order = await cancel(14);
    assert.equal(order.status, 200, order.text);
    assertInTime(order, 'an order');
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

test('connections that freeze without a word are given up in seconds and replaced, those of sessions too', async () => {
  const paths = ['/4/accounts', '/4/tasks', '/4/tasks/schedules', '/'];
  const all = () => Promise.all([...paths.map(page), ...paths.map((path) => ask(path)), cancel(15)]);
  for (const answer of await all()) assert.ok(answer.status < 300, answer.text);
  proxy.freeze();
  for (const { ms } of await all()) assert.ok(ms < 8_000, `took ${Math.round(ms)} ms`);
  for (const answer of await all()) {
    assert.ok(answer.status < 300, answer.text);
    assertInTime(answer, 'a request afterwards');
  }
});

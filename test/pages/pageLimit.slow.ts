import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express, { type ErrorRequestHandler } from 'express';
import pg from 'pg';
import { pino } from 'pino';
import { limitPages } from '../../api/html/pageLimit.ts';
import { compressed } from '../../api/http/middleware/compressed.ts';
import { errorHandler } from '../../api/http/middleware/errorHandler.ts';
import type { DomainError } from '../../domain/errors.ts';
import { insertPicturedFaces } from './faceRows.ts';
import { insertTask } from './taskRows.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/servers/apiServer.ts';
import { basic } from '../support/rows/basic.ts';
import { closeServer } from '../support/servers/closeServer.ts';
import { waitFor } from '../support/waitFor.ts';

let site: ApiServer;
let pages: string[];
let cookie: string;
before(async () => {
  site = await startApiServer();
  const taskId = await insertTask(site.db, { state: 'running' });
  const accountId = '00000000-0000-7000-8000-000000000001';
  const [face] = await insertPicturedFaces(site, 1, { accountId });
  pages = [
    ...['/', '/tasks/view', `/tasks/${taskId}/view`, '/tasks/new', '/tasks/bulk?act=cancel&of=matching'],
    ...['/errors/view', '/schedules/view', '/schedules/new', '/networks/view', '/networks/3/view'],
    ...['/upgrades/new', '/accounts', `/accounts/${accountId}`, `/accounts/${accountId}/lists`],
    ...[`/faces/${face?.faceId}/view`, '/search/view?q=nobody', '/audit/view', '/version/view', '/password'],
  ];
  const answer = await fetch(`${site.url}/4/login`, {
    method: 'POST',
    headers: basic(rootLogin, rootPassword),
  });
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
});
after(() => site.close());

async function open(path: string, url = site.url) {
  const began = performance.now();
  const answer = await fetch(url + path, { headers: { accept: 'text/html', cookie }, redirect: 'manual' });
  const text = await answer.text();
  const { status, headers } = answer;
  return { path, status, text, ms: performance.now() - began, retry: headers.get('retry-after') };
}

async function whileLocked(tables: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: site.testDatabase.url });
  await client.connect();
  try {
    await client.query(`begin; lock table ${tables} in access exclusive mode`);
    await work();
  } finally {
    await client.end();
  }
}

test('whichever table is held, every page comes, or says that it cannot and can be tried again', async (t) => {
  for (const path of pages) assert.equal((await open(path)).status, 200, path);
  const tables = await site.db.query<{ name: string }>(
    `select quote_ident(relname) name from pg_class
     where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace order by relname`,
  );
  assert.ok(tables.length > 20);
  let slowest = { name: '', path: '', ms: 0 };
  for (const { name } of tables) {
    await whileLocked(name, async () => {
      for (const { path, status, text, ms, retry } of await Promise.all(pages.map((path) => open(path)))) {
        if (ms > slowest.ms) slowest = { name, path, ms };
        assert.ok(status === 200 || status === 503, `${path} while ${name} is held: ${status} ${text}`);
        assert.match(text, /<html/);
        if (status === 200) continue;
        assert.match(text, /Error code 12043[\s\S]*Try again/, `${path} while ${name} is held`);
        assert.equal(retry, '5');
      }
    });
  }
  // Told, not judged: ten seconds are the limit, and two on an idle machine.
  t.diagnostic(`the slowest: ${slowest.path} while ${slowest.name} was held, ${Math.round(slowest.ms)} ms`);
});

test('an error that comes while the answer to a page that was given up is being sent does not cut it off', async () => {
  const app = express();
  app.set('etag', false);
  const log = pino({ enabled: false });
  app.use(compressed(), (_req, res, next) => {
    res.locals['isPage'] = true;
    next();
  });
  const sendLate: ErrorRequestHandler = (error: DomainError, _req, res, _next) => {
    res
      .status(503)
      .type('html')
      .send(`${error.detail} ${'and waits '.repeat(100_000)}`);
  };
  app.use(limitPages(sendLate, 1), async (_req, res) => {
    while (!res.headersSent) await nextTurn();
    assert.ok(!res.writableEnded, 'it is still in compression');
    res.redirect('/too-late');
  });
  app.use(errorHandler({ log, isUnavailable: () => false }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/tasks/view`);
    assert.ok(answer.headers.has('content-encoding'));
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /did not come within[\s\S]*and waits $/);
  } finally {
    await closeServer(server);
  }
});

test('a page that waits for longer than its limit is given up, and what comes later harms nobody', async () => {
  const other = await startApiServer({ besides: site, pageLimitMs: 1 });
  try {
    await whileLocked('tasks', async () => {
      const { status, text, retry } = await open('/tasks/view', other.url);
      assert.deepEqual([status, retry], [503, '5']);
      assert.match(text, /the page did not come within/);
      assert.match(text, /Error code 12043/);
    });
    await waitFor('the late answer', () => other.questions() > 0);
    assert.equal((await open('/docs/errors', other.url)).status, 200);
    const json = await fetch(`${other.url}/4/tasks`, { headers: basic(rootLogin, rootPassword) });
    assert.equal(json.status, 200, 'only pages are given up');
  } finally {
    await other.close();
  }
});

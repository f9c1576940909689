import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/servers/apiServer.ts';

const html = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };
const authorization = basic(rootLogin, rootPassword);

let server: ApiServer;

before(async () => {
  server = await startApiServer();
});
after(() => server.close());

function basic(login: string, password: string): string {
  return `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
}

function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers, redirect: 'manual' });
}

test('an address that pages and JSON share answers by Accept', async () => {
  for (const path of ['/login', '/tasks', '/accounts']) {
    const page = await ask(path, { ...html, ...(path === '/login' ? {} : { authorization }) });
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/, path);
    assert.match(page.headers.get('vary') ?? '', /Accept/, path);
    const json = await ask(path, { authorization, accept: '*/*' });
    assert.doesNotMatch(json.headers.get('content-type') ?? '', /html/, path);
    assert.match(json.headers.get('vary') ?? '', /Accept/, path);
  }
});

test('pages lead strangers to the log-in page, and it leads whoever is signed in home', async () => {
  const account = '/accounts/00000000-0000-7000-8000-000000000001';
  for (const path of [
    ...['/', '/tasks/view', '/tasks/new', '/tasks/1/view', '/version/view', '/password'],
    ...['/tasks/csv', '/tasks/bulk', '/settings/view', '/search/view'],
    ...[
      '/faces/01900000-0000-7000-8000-000000000001/view',
      '/lists/01900000-0000-7000-8000-000000000001/view',
      '/events/01900000-0000-7000-8000-000000000001/view',
      '/errors/view',
      '/errors/csv',
      '/audit/view',
      '/audit/csv',
      '/audit/ndjson',
      '/networks/view',
      '/networks/3/view',
      '/schedules/view',
      '/schedules/new',
      '/schedules/1/change',
      '/schedules/1/view',
      '/schedules/1/run',
      `${account}/lists`,
      `${account}/edit`,
      '/accounts/new',
    ],
  ]) {
    const answer = await ask(path);
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/login'], path);
  }
  const answer = await ask('/login', { ...html, authorization });
  assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/']);
});

test('wrong credentials are answered with a page that raises no dialogue', async () => {
  const answer = await ask('/', { ...html, authorization: basic(rootLogin, 'wrong') });
  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get('www-authenticate'), null);
  assert.match(await answer.text(), /<h1>Account not found/);
});

test('what does not exist is a page for a browser and JSON for everybody else', async () => {
  const page = await ask('/nowhere', html);
  assert.equal(page.status, 404);
  assert.match(await page.text(), /<h1>Page not found/);
  assert.equal(page.headers.get('set-cookie'), null, 'a stranger gets no session for it');
  for (const [path, headers] of [
    ['/nowhere', {}],
    ['/4/nowhere', html],
  ] as const) {
    const json = (await (await ask(path, headers)).json()) as { error_code: number };
    assert.equal(json.error_code, 12013);
  }
  for (const [path, code] of [
    ['/tasks/999999/view', 28001],
    ['/tasks/word/view', 12013],
    ['/accounts/00000000-0000-7000-8000-00000000dead', 11003],
    ['/styleguide', 12013],
    ['/accounts/word', 12001],
    ['/accounts/word/lists', 12001],
    ['/accounts/00000000-0000-7000-8000-00000000dead/lists', 11003],
  ] as const) {
    const answer = await ask(path, { ...html, authorization });
    const text = await answer.text();
    assert.match(text, new RegExp(`Error code ${code}`), path);
    if (code === 28001) assert.match(text, /href="\/tasks\/view">Go to tasks</);
  }
});

test('a page past the end of a list is an empty page', async () => {
  const answer = await ask('/tasks/view?page=100000', { authorization });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /No task/);
});

test('assets may be kept for ever, pages never', async () => {
  const page = await ask('/', { authorization });
  assert.equal(page.headers.get('cache-control'), 'no-store');
  const assets = [...(await page.text()).matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(
    ([, path]) => path,
  );
  assert.ok(assets.length >= 5);
  for (const path of assets) {
    const answer = await ask(path ?? '');
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get('cache-control') ?? '', /max-age=31536000, immutable/, path);
  }
});

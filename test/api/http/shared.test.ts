import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

async function typeOf(path: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(api.url + path, {
    headers: { ...basic(rootLogin, rootPassword), ...headers },
    redirect: 'manual',
  });
  await answer.text();
  assert.equal(answer.status, 200, path);
  return (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
}

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test('where a page and a list share an address, whoever prefers HTML gets the page', async () => {
  for (const path of ['/tasks', '/accounts', '/accounts/00000000-0000-7000-8000-000000000001']) {
    assert.equal(await typeOf(path, { accept: browser }), 'text/html', path);
    for (const accept of ['*/*', 'application/json', 'text/html;q=0.5, application/json']) {
      assert.equal(await typeOf(path, { accept }), 'application/json', `${path} ${accept}`);
    }
  }
});

test('under the version’s prefix there is always JSON', async () => {
  for (const path of ['/4/tasks', '/4/accounts', '/4/errors']) {
    assert.equal(await typeOf(path, { accept: browser }), 'application/json', path);
  }
});

test('a stranger’s browser is led to the log-in page, a program is told what is missing', async () => {
  const asBrowser = await fetch(`${api.url}/`, { headers: { accept: browser }, redirect: 'manual' });
  assert.deepEqual([asBrowser.status, asBrowser.headers.get('location')], [302, '/login']);
  const asProgram = await fetch(`${api.url}/tasks`);
  assert.equal(asProgram.status, 401);
});

test('a stream of events tells of a task under both addresses', async () => {
  const made = await fetch(`${api.url}/4/tasks/gc`, {
    method: 'POST',
    headers: { ...basic(rootLogin, rootPassword), 'content-type': 'application/json' },
    body: JSON.stringify({ content: { target: 'face_descriptors', descriptor_version: 1 } }),
  });
  const { task_id: taskId } = (await made.json()) as { task_id: number };
  for (const path of [`/tasks/${taskId}/events`, `/4/tasks/${taskId}/events`, '/4/tasks/events']) {
    const leave = new AbortController();
    const answer = await fetch(api.url + path, {
      headers: basic(rootLogin, rootPassword),
      signal: leave.signal,
    });
    assert.equal(answer.headers.get('content-type')?.split(';')[0], 'text/event-stream', path);
    let heard = '';
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    while (!heard.includes('"task_id"')) heard += (await reader?.read())?.value ?? '';
    assert.match(heard, new RegExp(`event: task\\n.*data: .*"task_id":${taskId},`, 's'), path);
    leave.abort();
  }
});

test('OPTIONS tells the methods of an address, also where a page shares it', async () => {
  for (const [path, allow] of [
    ['/4/login', 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'],
    ['/login', 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'],
    ['/accounts', 'GET, HEAD, POST, OPTIONS'],
    ['/accounts/00000000-0000-7000-8000-000000000001', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['/tasks', 'GET, HEAD, OPTIONS'],
    ['/tasks/view', 'GET, HEAD, OPTIONS'],
    ['/metrics', 'GET, HEAD, OPTIONS'],
  ] as const) {
    const answer = await fetch(api.url + path, { method: 'OPTIONS' });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [204, allow], path);
  }
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createContract } from '../../../api/http/contract/contract.ts';
import { readDocument } from '../../../api/http/contract/document.ts';
import { assetPrefix } from '../../../views/assetFiles.ts';
import { insertTask } from '../../pages/taskRows.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';

let api: ApiServer;
before(async () => void (api = await startApiServer()));
after(() => api.close());

const asRoot = basic(rootLogin, rootPassword);

/** The head of an answer; the rest is not waited for. */
async function headOf(path: string, headers: Record<string, string> = asRoot, method = 'GET') {
  const answer = await fetch(api.url + path, { method, headers, redirect: 'manual' });
  await answer.body?.cancel();
  return answer;
}

test('no cache keeps what any operation of the document answers, nor its refusals', async () => {
  const taskId = await insertTask(api.db, { state: 'running' });
  const paths = createContract((await readDocument()).document);
  let asked = 0;
  for (const { path, isUnprefixed, operations } of paths) {
    const address = path.replaceAll('{task_id}', String(taskId)).replaceAll(/\{\w+\}/g, '1');
    for (const { method } of operations) {
      for (const [prefix, headers] of [
        ['', asRoot],
        [isUnprefixed ? '' : '/4', {}],
      ] as const) {
        // With credentials nothing is changed: only looks.
        if (method !== 'get' && 'authorization' in headers) continue;
        const answer = await headOf(prefix + address, headers, method.toUpperCase());
        assert.equal(answer.headers.get('cache-control'), 'no-store', `${method} ${prefix}${address}`);
        asked++;
      }
    }
  }
  assert.ok(asked > 80, `only ${asked} were asked for`);
});

test('no cache keeps CSV, pages, refusals of hosts, or what is not there', async () => {
  for (const path of [
    '/tasks/csv',
    '/errors/csv',
    '/audit/csv',
    '/',
    '/tasks/view',
    '/login',
    '/4/nothing',
    '/nothing',
    '/?a=%ff',
  ])
    for (const accept of ['text/html', 'text/csv'])
      assert.equal(
        (await headOf(path, { ...asRoot, accept })).headers.get('cache-control'),
        'no-store',
        `${path} ${accept}`,
      );
});

test('assets, whose address changes with their bytes, may be kept for ever', async () => {
  const { headers } = await headOf(`${assetPrefix}/app.css`, {});
  assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
});

test('after a log-out the browser keeps no pictures, and other services of the domain their cookies', async () => {
  const begun = await headOf('/4/login', asRoot, 'POST');
  const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  assert.equal(begun.headers.get('clear-site-data'), null);
  const ended = await headOf('/4/login', { cookie }, 'DELETE');
  assert.deepEqual([ended.status, ended.headers.get('clear-site-data')], [200, '"cache"']);
});

test('pages that are asked for by password leave no session, and their forms work all the same', async () => {
  const sessions = async (): Promise<number> => (await api.db.query('select from sessions')).length;
  const before = await sessions();
  const asPage = { ...asRoot, accept: 'text/html' };
  for (const path of ['/', '/tasks/view', '/accounts', '/help', '/nothing']) {
    const answer = await headOf(path, asPage);
    assert.deepEqual(answer.headers.getSetCookie(), [], path);
  }
  const page = await (await fetch(`${api.url}/accounts`, { headers: asPage })).text();
  const token = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const create = (_csrf: string, login: string) =>
    fetch(`${api.url}/accounts`, {
      ...{ method: 'POST', headers: asPage, redirect: 'manual' },
      body: new URLSearchParams({ _csrf, login, password: 'violet harbour at noon', account_type: 'user' }),
    });
  assert.equal((await create('guessed', 'one@example.com')).status, 403);
  assert.equal((await create('', 'one@example.com')).status, 403);
  assert.equal((await create(token, 'one@example.com')).status, 303);
  assert.equal(await sessions(), before);
});

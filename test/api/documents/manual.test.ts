import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { manualOperations, type ManualOperation } from './manualOperations.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();

const requestId = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';
const root = basic(rootLogin, rootPassword);
let made = 0;

async function newAccount(type: 'admin' | 'user' = 'user') {
  const login = `manual${++made}@example.com`;
  const body = { login, password: 'secret', account_type: type };
  const answer = await call('POST', '/4/accounts', { body });
  assert.equal(answer.status, 201);
  return { login, id: answer.body.account_id };
}

async function newTask(state?: string): Promise<number> {
  const body = { content: { target: 'face_descriptors', filters: { descriptor_version: 2 } } };
  const { task_id: taskId } = (await call('POST', '/4/tasks/gc', { body })).body;
  if (state === undefined) return taskId;
  await api.db.query(
    `update tasks set state = $2, end_time = now(), result_id = gen_random_uuid() where task_id = $1`,
    [taskId, state],
  );
  await api.db.query(
    `insert into task_result_chunks (task_id, part_no, seq, count, ids) values ($1, 1, 1, 0, '{}')`,
    [taskId],
  );
  return taskId;
}

/** What stands behind each variable of a path, made for one request. */
async function address({ method, path, name }: ManualOperation): Promise<string> {
  let filled = path;
  if (path.includes('{account_id}')) {
    const fresh = '557d54ec-29ad-4f3c-93b4-c9092ef12515';
    const id = method === 'PUT' ? fresh : (await newAccount()).id;
    filled = filled.replace('{account_id}', id);
  }
  if (path.includes('{list_id}')) {
    const [list] = await api.db.query<{ id: string }>(
      'insert into lists (list_id, account_id) values (gen_random_uuid(), $1) returning list_id id',
      [(await newAccount()).id],
    );
    filled = filled.replace('{list_id}', list?.id ?? '');
  }
  if (path.includes('{error_id}')) {
    const [error] = await api.db.query<{ id: number }>(
      `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
       values ($1, 4, 28100, 'd', 'd', 'face', gen_random_uuid()) returning error_id id`,
      [await newTask()],
    );
    filled = filled.replace('{error_id}', String(error?.id));
  }
  const hasEnded = path.endsWith('/result') || name === 'delete task by id';
  if (path.includes('{task_id}')) {
    filled = filled.replace('{task_id}', String(await newTask(hasEnded ? 'done' : undefined)));
  }
  return filled;
}

const samples: Readonly<Record<string, unknown>> = {
  account_type: 'admin',
  password: 'secret',
  description: 'Horns and Hooves',
  page: 146,
  page_size: 146,
  task_ids: 123,
  error_ids: '4,5,6',
  create_time__lt: '2018-08-11T09:11:41.674Z',
  create_time__gte: '2018-08-11T09:10:41.674Z',
  end_time__lt: '2018-08-11T10:11:41.674Z',
  end_time__gte: '2018-08-11T10:10:41.674Z',
  error_time__lt: '2018-08-11T09:11:41.674Z',
  error_time__gte: '2018-08-11T09:10:41.674Z',
  task_type: 3,
  task_status: 1,
  error_code: 12010,
  account_id: '557d54ec-29ad-4f3c-93b4-c9092ef12515',
  q: '557d54ec-29ad-4f3c-93b4-c9092ef12515',
  include_luna_services: 0,
};

/** The manual's own samples, as far as it prints them. */
function bodyOf({ body, path }: ManualOperation): Record<string, unknown> | undefined {
  if (body === undefined) return undefined;
  const content =
    path === '/tasks/gc'
      ? { target: 'face_descriptors', filters: { descriptor_version: 2 } }
      : {
          extraction_target: 'face_descriptor',
          options: { missing: true, descriptor_version: 3 },
          filters: { objects_type: 'faces' },
        };
  const all = { ...samples, login: `manual${++made}@example.com`, content };
  return Object.fromEntries(body.map((field) => [field, all[field as keyof typeof all]]));
}

for (const operation of manualOperations) {
  const { section, name, method, path } = operation;
  const isView = section === 'views';
  const hasOwnAddress = path.startsWith('/docs/');
  const prefixes = isView || hasOwnAddress ? [''] : ['/4', ''];

  test(`${section}: ${name}, ${method} ${path}, is as in the manual`, async () => {
    for (const prefix of prefixes) {
      for (const type of operation.types.length === 0 ? ['*/*'] : operation.types) {
        await prove(operation, prefix, type);
      }
    }
  });
}

async function prove(operation: ManualOperation, prefix: string, type: string): Promise<void> {
  const { method, path, query = [], requiredQuery = [], status } = operation;
  const isView = operation.section === 'views';
  const at = prefix + (await address(operation));
  // PATCH /login changes the password of whoever asks.
  const who =
    operation.name === 'change authorization' ? basic((await newAccount('admin')).login, 'secret') : root;
  const body = bodyOf(operation);
  const headers = { ...(operation.isPublic ? {} : who), accept: type, 'luna-request-id': requestId };

  if (!operation.isPublic) {
    for (const [more, challenge] of [
      [{}, 'Basic realm="luna-admin"'],
      [{ 'exclude-header': 'WWW-Authorization' }, null],
    ] as const) {
      const answer = await fetch(api.url + at, {
        method,
        headers: { accept: type, ...more },
        redirect: 'manual',
      });
      await answer.text();
      if (isView) assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/login'], at);
      else assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, challenge], at);
    }
  }
  for (const name of requiredQuery) {
    const answer = await call(method, at, { headers: who });
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12014], name);
  }
  if (body !== undefined) {
    for (const [wrong, code, wrongType] of [
      ['', 12005, 'application/json'],
      ['{', 12002, 'application/json'],
      [JSON.stringify({ ...body, unknown: 1 }), 12022, 'application/json'],
      [JSON.stringify(body), 12024, 'text/xml'],
    ] as const) {
      const answer = await call(method, at, { headers: { ...who, 'content-type': wrongType }, body: wrong });
      assert.equal(answer.body.error_code, code, `${at} ${wrong}`);
    }
  }
  if (!isView) {
    const search = new URLSearchParams(Object.fromEntries(query.map((key) => [key, String(samples[key])])));
    const address = search.size === 0 ? at : `${at}?${search.toString()}`;
    const unknownAt = `${address}${search.size === 0 ? '?' : '&'}unknown=1`;
    const unknown = await call(method, unknownAt, { headers, ...(body && { body }) });
    assert.deepEqual([unknown.status, unknown.body.error_code], [400, 12012], unknownAt);
    // The client checks the answer against the document.
    const answer = await call(method, address, { headers, ...(body && { body }) });
    assert.equal(answer.status, status, `${address}: ${JSON.stringify(answer.body)}`);
    assert.equal(answer.headers.get('luna-request-id'), requestId);
    if (type !== '*/*') assert.equal(answer.headers.get('content-type')?.split(';')[0], type);
    const given = answer.body as unknown as Record<string, unknown>;
    for (const field of type === 'application/json' ? (operation.fields ?? []) : []) {
      assert.ok(Object.hasOwn(given, field), `${path} answers ${field}`);
    }
    if (method === 'PUT') await call('DELETE', at, { headers: who });
    return;
  }
  const page = await fetch(api.url + at, { headers, redirect: 'manual' });
  assert.equal(page.status, status, at);
  assert.equal(page.headers.get('content-type')?.split(';')[0], 'text/html');
  assert.equal(page.headers.get('luna-request-id'), requestId);
  assert.match(await page.text(), /<h1/);
}

test('the table has all forty operations of the manual, each once', () => {
  const views = manualOperations.filter(({ section }) => section === 'views');
  assert.equal(views.length, 7);
  assert.equal(manualOperations.length, 40);
  const names = new Set(
    manualOperations.map(({ section, method, path }) => `${section === 'views'} ${method} ${path}`),
  );
  assert.equal(names.size, 40);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { logIn } from '../../support/servers/sessions.ts';

const { api, call } = await openApi();
const asNobody = await createClient(api.url, {});

const rootId = '00000000-0000-7000-8000-000000000001';
const gc = { content: { target: 'face_descriptors', filters: { descriptor_version: 1 } } };

const audit = async (query: string) => (await call('GET', `/4/audit${query}`)).body.entries;

async function createTask(): Promise<number> {
  return (await call('POST', '/4/tasks/gc', { body: gc })).body.task_id;
}

test('each change of a task leaves a line with who, what, when, from where, before and after', async () => {
  const taskId = await createTask();
  const patch = (body: object) => call('PATCH', `/4/tasks/${taskId}`, { body });
  await api.db.query("update tasks set state = 'running' where task_id = $1", [taskId]);
  await patch({ action: 'pause' });
  await patch({ action: 'resume' });
  await patch({});
  await api.db.query("update tasks set state = 'cancelled' where task_id = $1", [taskId]);
  await patch({ action: 'retry', scope: 'failed' });
  await api.db.query("update tasks set state = 'done' where task_id = $1", [taskId]);
  const id = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';
  await call('DELETE', `/4/tasks/${taskId}`, { headers: { 'luna-request-id': id } });

  const lines = await audit(`?object_type=task&object_id=${taskId}`);
  assert.deepEqual(
    lines.map(({ action }) => action),
    ['task.remove', 'task.retry', 'task.cancel', 'task.resume', 'task.pause', 'task.create'],
  );
  for (const line of lines) {
    assert.deepEqual([line.account_id, line.login, line.remote_address], [rootId, rootLogin, '127.0.0.1']);
    assert.ok(Math.abs(Date.parse(line.audit_time) - Date.now()) < 60_000);
  }
  const [removed, retried, cancelled, resumed, , created] = lines;
  assert.equal(removed?.request_id, id);
  assert.deepEqual(removed.before, { state: 'done' });
  assert.deepEqual(
    [retried?.before, retried?.after],
    [{ state: 'cancelled' }, { state: 'pending', scope: 'failed', generation: 2 }],
  );
  assert.deepEqual([cancelled?.before, cancelled?.after], [{ state: 'pausing' }, { state: 'cancelling' }]);
  // The state follows when the engine takes notice.
  assert.deepEqual(
    [resumed?.before, resumed?.after],
    [
      { state: 'pausing', desired_state: 'pause' },
      { state: 'pausing', desired_state: 'run' },
    ],
  );
  assert.deepEqual((created?.after as { content: object }).content, { ...gc.content, store_results: true });
});

test('what changes nothing leaves no line', async () => {
  const taskId = await createTask();
  await call('PATCH', `/4/tasks/${taskId}`, { body: { action: 'retry' } });
  await call('DELETE', `/4/tasks/${taskId}`);
  await call('GET', `/4/tasks/${taskId}`);
  assert.equal((await audit(`?object_type=task&object_id=${taskId}`)).length, 1);
});

test('accounts, passwords and sessions leave lines, and no password is in them', async () => {
  const login = 'audited@example.com';
  const body = { login, password: 'secret one', account_type: 'admin', description: 'Audited' };
  const { account_id: accountId } = (await call('POST', '/4/accounts', { body })).body;
  const session = await logIn(asNobody, login, 'secret one');
  await asNobody('PATCH', '/4/login', { headers: session, body: { password: 'secret two' } });
  await asNobody('DELETE', '/4/login', { headers: await logIn(asNobody, login, 'secret two') });
  await api.db.query('insert into lists (list_id, account_id) values (gen_random_uuid(), $1)', [accountId]);
  await call('DELETE', `/4/accounts/${accountId}`);

  const ofAccount = await audit(`?object_type=account&object_id=${accountId}`);
  assert.deepEqual(
    ofAccount.map(({ action, login: by }) => [action, by]),
    [
      ['account.remove', rootLogin],
      ['account.password', login],
      ['account.create', rootLogin],
    ],
  );
  const shown = {
    ...{ login, account_type: 'admin', description: 'Audited' },
    ...{ role: 'admin', sees_pictures: false },
  };
  assert.deepEqual(
    ofAccount.map(({ before, after }) => [before, after]),
    [
      [{ ...shown, list_count: 1 }, null],
      [null, null],
      [null, shown],
    ],
  );
  const ofSession = await audit(`?object_type=session&object_id=${login}`);
  assert.deepEqual(
    ofSession.map(({ action, account_id }) => [action, account_id]),
    [
      ['session.logout', accountId],
      ['session.login', accountId],
      ['session.login', accountId],
    ],
  );
  const [secrets] = await api.db.query<{ count: number }>(
    "select count(*) from audit a where a::text like '%secret%' or a::text like '%argon2%'",
  );
  assert.equal(secrets?.count, 0);
});

test('refused log-ins are written with the login that was tried, by header and by body', async () => {
  await call('POST', '/4/accounts', { body: { login: 'user@example.com', password: 'user' } });
  await asNobody('GET', '/4/tasks', { headers: basic('guess@example.com', 'wrong') });
  await asNobody('POST', '/4/login', { headers: basic('guess@example.com', 'wrong') });
  await asNobody('POST', '/4/login', { body: { login: 'guess@example.com', password: 'wrong' } });
  await asNobody('POST', '/4/login', { headers: basic('user@example.com', 'user') });
  const guesses = await audit('?login=guess@example.com');
  assert.deepEqual(
    guesses.map(({ action, account_id, remote_address, after }) => [
      action,
      account_id,
      remote_address,
      after,
    ]),
    (['password', 'basic', 'basic'] as const).map((how) => [
      ...['session.refuse', null, '127.0.0.1'],
      { error_code: 11002, how },
    ]),
  );
  const [user] = await audit('?login=user@example.com');
  assert.deepEqual(user?.after, { error_code: 12020, how: 'basic' });
});

test('a login that no database can hold is refused and written all the same', async () => {
  const answer = await asNobody('GET', '/4/tasks', { headers: basic(`odd\0${'x'.repeat(500)}`, 'wrong') });
  assert.equal(answer.status, 401);
  const [line] = await audit('?action=session.refuse');
  assert.equal(line?.login, `odd${'x'.repeat(124)}`);
});

test('the audit is filtered by who, what, on what and when, and counted with the same filters', async () => {
  const taskId = await createTask();
  const other = await createTask();
  await call('PATCH', `/4/tasks/${taskId}`);
  const [cancelled] = await audit(`?object_id=${taskId}&action=task.cancel`);
  assert.ok(cancelled);
  const ids = async (query: string) => {
    const entries = await audit(query);
    const { count } = (await call('GET', `/4/audit/count${query}`)).body;
    assert.equal(count, entries.length, query);
    return entries.map(({ audit_id }) => audit_id);
  };
  const id = cancelled.audit_id;
  const of = `?object_type=task&object_id=${taskId}`;
  assert.deepEqual(await ids(of), [id, id - 2]);
  assert.deepEqual(await ids(`${of}&action=task.cancel`), [id]);
  assert.deepEqual(await ids(`${of}&account_id=${rootId}&login=${rootLogin}`), [id, id - 2]);
  assert.deepEqual(await ids(`${of}&account_id=00000000-0000-7000-8000-000000000009`), []);
  assert.deepEqual(await ids(`${of}&request_id=${cancelled.request_id ?? ''}`), [id]);
  assert.deepEqual(await ids(`${of}&audit_time__lt=2020-01-01T00:00:00Z`), []);
  assert.deepEqual(await ids(`${of}&audit_time__gte=2020-01-01T00:00:00Z`), [id, id - 2]);
  assert.deepEqual(await ids(`?object_id=${other}`), [id - 1]);
});

test('the newest lines come first, in pages', async () => {
  for (let i = 0; i < 3; i++) await createTask();
  const first = await audit('?page_size=2');
  const second = await audit('?page_size=2&page=2');
  const ids = [...first, ...second].map(({ audit_id }) => audit_id);
  assert.equal(new Set(ids).size, 4);
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => b - a),
  );
});

test('filters that do not exist or cannot be read are refused, and strangers see nothing', async () => {
  for (const query of [
    '?acount_id=1',
    '?account_id=1',
    '?object_type=person',
    '?action=everything',
    '?login=%00',
    '?login=',
    '?object_id=',
    '?object_id=a%00b',
    '?audit_time__gte=yesterday',
    '?page=0',
  ]) {
    for (const path of ['/4/audit', '/4/audit/count']) {
      const answer = await call('GET', path + query);
      assert.deepEqual([answer.status, answer.body.error_code], [400, 12012], path + query);
    }
  }
  assert.equal((await asNobody('GET', '/4/audit')).status, 401);
  const post = await call('POST', '/4/audit', { body: {} });
  assert.deepEqual([post.status, post.body.error_code], [405, 12021]);
});

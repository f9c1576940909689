import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { logIn } from '../../support/servers/sessions.ts';

const { api, call: asRoot } = await openApi();
const asNobody = await createClient(api.url, {});
const rootId = '00000000-0000-7000-8000-000000000001';
const password = 'violet harbour at noon';
const control = (accountId: string, action: string) =>
  asRoot('PATCH', `/4/accounts/${accountId}`, { body: { action } });

test('a disabled account is refused as a wrong password is, its session and its streams end within a second', async () => {
  const login = 'leaver@example.com';
  const { accountId, headers } = await accountOfRole(asRoot, api.url, 'operator', login);
  const session = await logIn(asNobody, login, password);
  const stream = await fetch(`${api.url}/4/tasks/events`, { headers: session });
  const byPassword = await fetch(`${api.url}/4/tasks/events`, { headers });
  assert.deepEqual([stream.status, byPassword.status], [200, 200]);
  const wrong = await asNobody('GET', '/4/tasks', { headers: basic(login, 'wrong') });
  const began = performance.now();
  assert.equal((await control(accountId, 'disable')).status, 200);
  const refused = await asNobody('GET', '/4/tasks', { headers });
  assert.deepEqual([refused.status, refused.body], [wrong.status, wrong.body]);
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).body.error_code, 12010);
  await Promise.all([stream.text(), byPassword.text()]);
  // A second, and what a busy machine needs for it.
  assert.ok(performance.now() - began < 5_000);

  assert.equal((await control(accountId, 'enable')).status, 200);
  assert.equal((await asNobody('GET', '/4/tasks', { headers })).status, 200);
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).body.error_code, 12010);
});

test('API tokens of a disabled account are refused', async () => {
  const { accountId, call } = await accountOfRole(asRoot, api.url, 'operator', 'robot@example.com');
  const { body } = await call('POST', '/4/tokens', { body: { name: 'nightly' } });
  const headers = { authorization: `Bearer ${body.token}` };
  assert.equal((await asNobody('GET', '/4/tasks', { headers })).status, 200);
  await control(accountId, 'disable');
  assert.equal((await asNobody('GET', '/4/tasks', { headers })).status, 401);
});

test('the last administrator that is enabled can be neither disabled nor deleted', async () => {
  const { accountId } = await accountOfRole(asRoot, api.url, 'admin', 'second@example.com');
  assert.equal((await control(accountId, 'disable')).status, 200);
  for (const answer of [await control(rootId, 'disable'), await asRoot('DELETE', `/4/accounts/${rootId}`)])
    assert.deepEqual([answer.status, answer.body.error_code], [409, 11012]);
});

test('a password that was reset is answered once, ends the sessions and lets programs in', async () => {
  const login = 'forgetful@example.com';
  const { accountId, headers } = await accountOfRole(asRoot, api.url, 'viewer', login);
  const session = await logIn(asNobody, login, password);
  const reset = await control(accountId, 'reset_password');
  assert.match(reset.body.password, /^([a-z2-9]{4}-){6}[a-z2-9]{4}$/);
  assert.equal((await asNobody('GET', '/4/tasks', { headers })).status, 401);
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).status, 401);
  const fresh = basic(login, reset.body.password);
  assert.equal((await asNobody('GET', '/4/tasks', { headers: fresh })).status, 200);
  const lines = await api.db.query<{ login: string; after: object }>(
    `select login, after from audit where action = 'account.reset_password'`,
  );
  assert.deepEqual(lines, [{ login: rootLogin, after: { login } }], 'the audit has no secret');
});

test('all sessions of an account are ended, and an account that is gone is not found', async () => {
  const login = 'everywhere@example.com';
  const { accountId } = await accountOfRole(asRoot, api.url, 'viewer', login);
  const sessions = [await logIn(asNobody, login, password), await logIn(asNobody, login, password)];
  assert.deepEqual((await control(accountId, 'end_sessions')).body, {});
  for (const headers of sessions) assert.equal((await asNobody('GET', '/4/login', { headers })).status, 401);
  for (const action of ['disable', 'enable', 'reset_password', 'end_sessions']) {
    const answer = await control('01890000-0000-7000-8000-000000000009', action);
    assert.deepEqual([answer.status, answer.body.error_code], [404, 11003], action);
  }
});

test('the present password is checked when it is given', async () => {
  const login = 'careful@example.com';
  const { call, headers } = await accountOfRole(asRoot, api.url, 'viewer', login);
  const change = (body: object) => call('PATCH', '/4/login', { body });
  const wrong = await change({ password: 'next', current_password: 'not it' });
  assert.deepEqual([wrong.status, wrong.body.error_code], [400, 12022]);
  assert.match(wrong.body.detail, /current_password/);
  const [line] = await api.db.query<{ after: object }>(
    "select after from audit where action = 'session.refuse' and login = $1",
    [login],
  );
  assert.deepEqual(line?.after, { error_code: 11002, how: 'present password' });
  assert.equal((await change({ password: 'next', current_password: password })).status, 200);
  assert.equal((await asNobody('GET', '/4/tasks', { headers })).status, 401);
});

test('the reason for which a second factor was removed is in the audit', async () => {
  const { accountId } = await accountOfRole(asRoot, api.url, 'viewer', 'phoneless@example.com');
  const remove = (body: object) =>
    asRoot('PATCH', `/4/accounts/${accountId}`, { body: { action: 'remove_second_factor', ...body } });
  assert.equal((await remove({ reason: '' })).status, 400);
  assert.equal((await remove({ reason: 'met the owner' })).status, 200);
  assert.equal((await remove({})).status, 200);
  const lines = await api.db.query(
    "select after from audit where action = 'account.remove_factor' and object_id = $1 order by audit_id",
    [accountId],
  );
  assert.deepEqual(lines, [
    { after: { factor: 'all', reason: 'met the owner' } },
    { after: { factor: 'all' } },
  ]);
});

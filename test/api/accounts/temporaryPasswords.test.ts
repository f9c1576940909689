import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOfRole, passwordOfRole } from '../../support/rows/accountOfRole.ts';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { waitFor } from '../../support/waitFor.ts';

const { api, call: asRoot } = await openApi();
const asNobody = await createClient(api.url, {});

const hoursLeft = async (accountId: string): Promise<number | null> => {
  const [row] = await api.db.query<{ hours: number | null }>(
    `select round(extract(epoch from password_expires_at - now()) / 3600)::int hours from accounts where account_id = $1`,
    [accountId],
  );
  return row?.hours ?? null;
};
const expire = (accountId: string) =>
  api.db.execute(
    `update accounts set password_expires_at = now() - interval '1 second' where account_id = $1`,
    [accountId],
  );
const reset = async (accountId: string): Promise<string> =>
  (await asRoot('PATCH', `/4/accounts/${accountId}`, { body: { action: 'reset_password' } })).body.password;

test('a password that was reset is refused after 72 hours as a wrong one is, and the audit says why', async () => {
  const login = 'late@example.com';
  const { accountId } = await accountOfRole(asRoot, api.url, 'viewer', login);
  const headers = basic(login, await reset(accountId));
  assert.equal(await hoursLeft(accountId), 72);
  assert.equal((await asNobody('GET', '/4/tasks', { headers })).status, 200, 'it is remembered from now on');

  await expire(accountId);
  const wrong = await asNobody('GET', '/4/tasks', { headers: basic(login, 'not this one') });
  // For a second the account is remembered as it was; a password that was right would be for half a minute.
  const began = performance.now();
  await waitFor('the refusal', async () => (await asNobody('GET', '/4/tasks', { headers })).status === 401);
  assert.ok(performance.now() - began < 15_000);
  for (const [method, path] of [
    ['GET', '/4/tasks'],
    ['POST', '/4/login'],
  ] as const) {
    const refused = await asNobody(method, path, { headers });
    assert.deepEqual([refused.status, refused.body], [wrong.status, wrong.body], path);
  }
  const lines = await api.db.query<{ reason: string | null }>(
    `select distinct after ->> 'reason' reason from audit where action = 'session.refuse' and login = $1
     order by 1 nulls last`,
    [login],
  );
  assert.deepEqual(lines, [{ reason: 'password expired' }, { reason: null }]);
});

test('the page of the account says until when a temporary password counts, and that it has expired', async () => {
  const { accountId } = await accountOfRole(asRoot, api.url, 'viewer', 'shown@example.com');
  const page = async (): Promise<string> => {
    const answer = await fetch(`${api.url}/accounts/${accountId}`, {
      headers: { ...basic(rootLogin, rootPassword), accept: 'text/html' },
    });
    return answer.text();
  };
  assert.match(await page(), /Temporary: must be changed at the first log-in/);
  await reset(accountId);
  assert.match(await page(), /Temporary, expires <time/);
  await expire(accountId);
  assert.match(await page(), /Temporary, expired <time/);
});

test('an owner who changes a temporary password keeps the new one', async () => {
  const login = 'prompt@example.com';
  const { accountId } = await accountOfRole(asRoot, api.url, 'viewer', login);
  const headers = basic(login, await reset(accountId));
  const changed = await asNobody('PATCH', '/4/login', { headers, body: { password: passwordOfRole } });
  assert.equal(changed.status, 200);
  assert.equal(await hoursLeft(accountId), null);
});

test('a temporary password cannot be kept by setting it again', async () => {
  const login = 'keeper@example.com';
  const { accountId } = await accountOfRole(asRoot, api.url, 'viewer', login);
  const password = await reset(accountId);
  const answer = await asNobody('PATCH', '/4/login', { headers: basic(login, password), body: { password } });
  assert.deepEqual([answer.status, answer.body.error_code], [400, 12022]);
  assert.match(answer.body.detail, /is the present one/);
  assert.equal(await hoursLeft(accountId), 72);
});

test('an account that a program makes keeps its password as the manual says, unless the rules are strong', async () => {
  const { accountId } = await accountOfRole(asRoot, api.url, 'viewer', 'program@example.com');
  assert.equal(await hoursLeft(accountId), null);
  const { api: strict, call } = await openApi({ besides: api, passwordRules: 'strong' });
  const made = await accountOfRole(call, strict.url, 'viewer', 'strict@example.com');
  assert.equal(await hoursLeft(made.accountId), 72);
});

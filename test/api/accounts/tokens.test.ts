import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOfRole } from '../../support/rows/accountOfRole.ts';
import { basic } from '../../support/rows/basic.ts';
import { rootLogin } from '../../support/servers/apiServer.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { waitFor } from '../../support/waitFor.ts';

const { api, call: asRoot } = await openApi({ heartbeatEveryMs: 50 });
const asNobody = await createClient(api.url, {});
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function makeToken(body: object = {}, as = asRoot) {
  const made = await as('POST', '/4/tokens', { body: { name: 'a test', ...body } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}

const codeOf = async (answer: ReturnType<typeof asNobody>) => {
  const { status, body } = await answer;
  return [status, body.error_code];
};

test('a token is as good as its account, as Bearer and as the password of Basic', async () => {
  const { token } = await makeToken();
  assert.match(token, /^lat_[\w-]{43}$/);
  assert.equal((await asNobody('GET', '/4/login', bearer(token))).status, 200);
  assert.equal((await asNobody('GET', '/4/tasks', bearer(token))).status, 200);
  assert.equal((await asNobody('GET', '/4/tasks', { headers: basic(rootLogin, token) })).status, 200);
  assert.deepEqual(
    await codeOf(asNobody('GET', '/4/tasks', { headers: basic('other@example.com', token) })),
    [401, 11002],
  );
});

test('of a token only its hash is kept, and no answer shows it again', async () => {
  const { token, token_id } = await makeToken({ name: 'kept' });
  const [row] = await api.db.query<{ row: string }>(
    "select to_jsonb(t)::text || encode(token_hash, 'escape') as row from api_tokens t where token_id = $1",
    [token_id],
  );
  assert.ok(row !== undefined && !row.row.includes(token.slice(4)));
  assert.ok(!JSON.stringify((await asRoot('GET', '/4/tokens')).body).includes(token.slice(4)));
  const [line] = await api.db.query<{ after: object }>(
    "select after from audit where action = 'token.create' and object_id = $1",
    [token_id],
  );
  assert.ok(line !== undefined && !JSON.stringify(line.after).includes(token.slice(4)));
});

test('a revoked token is refused by the very next request', async () => {
  const { token, token_id } = await makeToken();
  assert.equal((await asNobody('GET', '/4/tasks', bearer(token))).status, 200);
  assert.equal((await asRoot('DELETE', `/4/tokens/${token_id}`)).status, 200);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/tasks', bearer(token))), [401, 12035]);
  assert.deepEqual(await codeOf(asRoot('DELETE', `/4/tokens/${token_id}`)), [404, 12036]);
});

test('an expired token, an unknown one and what is no token are refused', async () => {
  const { token, token_id } = await makeToken({ expires_in_days: 1 });
  await api.db.execute('update api_tokens set expire_time = now() where token_id = $1', [token_id]);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/tasks', bearer(token))), [401, 12035]);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/tasks', bearer(`lat_${'x'.repeat(43)}`))), [401, 12035]);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/tasks', bearer('lat_short'))), [401, 12019]);
});

test('a token may do what its role and the role of its account allow, and nothing to the account itself', async () => {
  const viewer = await makeToken({ role: 'viewer' });
  assert.equal((await asNobody('GET', '/4/tasks', bearer(viewer.token))).status, 200);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/audit', bearer(viewer.token))), [403, 12025]);
  const whole = await makeToken();
  const body = { password: 'taken over by a token' };
  assert.deepEqual(
    await codeOf(asNobody('PATCH', '/4/login', { ...bearer(whole.token), body })),
    [403, 12025],
  );
  const more = { ...bearer(whole.token), body: { name: 'another' } };
  assert.deepEqual(await codeOf(asNobody('POST', '/4/tokens', more)), [403, 12025]);
  assert.equal((await asNobody('POST', '/4/login', { headers: basic(rootLogin, whole.token) })).status, 401);

  const { call, accountId } = await accountOfRole(asRoot, api.url, 'operator', 'demoted@example.com');
  assert.deepEqual(
    await codeOf(call('POST', '/4/tokens', { body: { name: 'x', role: 'admin' } })),
    [400, 12022],
  );
  const { token } = await makeToken({}, call);
  assert.equal((await asNobody('GET', '/4/config', bearer(token))).status, 200);
  await api.db.execute("update accounts set role = 'viewer' where account_id = $1", [accountId]);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/config', bearer(token))), [403, 12025]);
  await api.db.execute("update accounts set account_type = 'user' where account_id = $1", [accountId]);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/tasks', bearer(token))), [403, 12020]);
});

test('a token can be limited to operations and to networks', async () => {
  const counting = await makeToken({ operations: ['countTasks'] });
  assert.equal((await asNobody('GET', '/4/tasks/count', bearer(counting.token))).status, 200);
  assert.deepEqual(await codeOf(asNobody('GET', '/4/tasks', bearer(counting.token))), [403, 12025]);
  const near = await makeToken({ networks: ['127.0.0.1/8', '::1'] });
  assert.equal((await asNobody('GET', '/4/tasks', bearer(near.token))).status, 200);
  const far = await makeToken({ networks: ['10.0.0.0/8'] });
  assert.deepEqual(await codeOf(asNobody('GET', '/4/tasks', bearer(far.token))), [403, 12025]);
  for (const body of [
    { operations: ['getVersion'] },
    { operations: ['nothing'] },
    { networks: ['10.0.0.0/33'] },
    { networks: ['example.com'] },
    { networks: ['fe80::1%eth0'] },
    { name: '' },
    { expires_in_days: 0 },
    { role: 'root' },
  ]) {
    const answer = asRoot('POST', '/4/tokens', { body: { name: 'wrong', ...body } });
    assert.deepEqual(await codeOf(answer), [400, 12022], JSON.stringify(body));
  }
});

test('tokens are for the API alone', async () => {
  const { token } = await makeToken();
  const page = await fetch(`${api.url}/tasks/view`, {
    headers: { ...bearer(token).headers, accept: 'text/html' },
    redirect: 'manual',
  });
  assert.equal(page.status, 403);
  assert.match(await page.text(), /API tokens are for the API/);
});

test('who owns a token sees when and from where it was used last, and others only administer it', async () => {
  const { token, token_id } = await makeToken({ name: 'watched' });
  await asNobody('GET', '/4/tasks', bearer(token));
  await waitFor('the use to be noted', async () => {
    const { tokens } = (await asRoot('GET', '/4/tokens')).body;
    return tokens.find((one) => one.token_id === token_id)?.last_use_address === '127.0.0.1';
  });
  const { call } = await accountOfRole(asRoot, api.url, 'viewer', 'curious@example.com');
  const [root] = await api.db.query<{ id: string }>('select account_id id from accounts where login = $1', [
    rootLogin,
  ]);
  assert.deepEqual(await codeOf(call('GET', `/4/tokens?account_id=${root?.id}`)), [403, 12025]);
  assert.deepEqual(await codeOf(call('DELETE', `/4/tokens/${token_id}`)), [404, 12036]);
  const theirs = await makeToken({}, call);
  assert.equal((await asRoot('DELETE', `/4/tokens/${theirs.token_id}`)).status, 200);
});

test('an account has at most a hundred valid tokens, however many requests come at once', async () => {
  const { call, accountId } = await accountOfRole(asRoot, api.url, 'viewer', 'collector@example.com');
  await api.db.execute(
    `insert into api_tokens (token_id, account_id, name, token_hash, role, expire_time)
     select gen_random_uuid(), $1, 'old', sha256(i::text::bytea), 'viewer', now() + interval '1 day'
     from generate_series(1, 97) i`,
    [accountId],
  );
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => call('POST', '/4/tokens', { body: { name: 'one more' } })),
  );
  const codes = answers.map(({ status }) => status).sort();
  assert.deepEqual(codes, [201, 201, 201, 409, 409, 409, 409, 409]);
});

test('the live stream of a revoked token ends', async () => {
  const { token, token_id } = await makeToken();
  const stream = await fetch(`${api.url}/4/tasks/events`, bearer(token));
  assert.equal(stream.status, 200);
  await asRoot('DELETE', `/4/tokens/${token_id}`);
  // Ends only if the service ends it.
  await stream.text();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { cookieOf, logIn, sessionIdOf } from '../../support/servers/sessions.ts';

const { api, call: asRoot } = await openApi();
const asNobody = await createClient(api.url, {});

test('without credentials only what is public is answered', async () => {
  for (const path of [
    '/version',
    '/4/version',
    '/healthcheck',
    '/4/healthcheck',
    '/docs/spec',
    '/docs/errors',
  ]) {
    assert.equal((await asNobody('GET', path)).status, 200, path);
  }
  assert.equal((await asNobody('GET', '/4/health')).status, 307);
  for (const path of ['/4/login', '/4/accounts', '/4/tasks', '/4/tasks/1', '/4/errors', '/tasks/count']) {
    const answer = await asNobody('GET', path);
    assert.deepEqual([answer.status, answer.body.error_code], [401, 12010], path);
    assert.equal(answer.headers.get('www-authenticate'), 'Basic realm="luna-admin"');
  }
});

test('the challenge can be asked to stay away, in any case and under both of its names', async () => {
  for (const value of ['WWW-Authorization', 'www-authorization', 'WWW-Authenticate']) {
    const answer = await asNobody('GET', '/4/tasks', { headers: { 'exclude-header': value } });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('www-authenticate'), null);
  }
  const other = await asRoot('GET', '/4/tasks', { headers: { 'exclude-header': 'Date' } });
  assert.deepEqual([other.status, other.body.error_code], [400, 12018]);
});

test('wrong credentials and malformed ones have codes of their own', async () => {
  for (const [authorization, code] of [
    [basic(rootLogin, 'wrong')['authorization'], 11002],
    [basic('nobody@nowhere.org', 'wrong')['authorization'], 11002],
    [basic('not even\0a login', 'wrong')['authorization'], 11002],
    ['Bearer abc', 12019],
    ['Basic %%%', 12019],
    [`Basic ${Buffer.from('no colon').toString('base64')}`, 12019],
  ] as const) {
    const answer = await asNobody('GET', '/4/tasks', { headers: { authorization: authorization ?? '' } });
    assert.deepEqual([answer.status, answer.body.error_code], [401, code], authorization);
  }
});

test('the session cookie is as good as the header', async () => {
  const session = await logIn(asNobody, rootLogin, rootPassword);
  const byCookie = await asNobody('GET', '/4/login', { headers: session });
  assert.equal(byCookie.status, 200);
  const made = await asNobody('POST', '/4/tasks/gc', {
    headers: session,
    body: { content: { target: 'face_descriptors', filters: { descriptor_version: 1 } } },
  });
  assert.equal(made.status, 201);
  const [task] = await api.db.query<{ created_by_login: string }>('select created_by_login from tasks');
  assert.equal(task?.created_by_login, rootLogin);
});

test('a login and password in a JSON body begin a session too', async () => {
  const answer = await asNobody('POST', '/login', { body: { login: rootLogin, password: rootPassword } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('set-cookie') ?? '', /HttpOnly; SameSite=Lax/);
  assert.equal(
    (await asNobody('GET', '/login', { headers: { cookie: cookieOf(answer.headers) } })).status,
    200,
  );
  const nothing = await asNobody('POST', '/login');
  assert.deepEqual([nothing.status, nothing.body.error_code], [401, 12010]);
});

test('a header, even a wrong one, beats the cookie', async () => {
  const session = await logIn(asNobody, rootLogin, rootPassword);
  const answer = await asNobody('GET', '/4/tasks', { headers: { ...session, ...basic(rootLogin, 'wrong') } });
  assert.equal(answer.body.error_code, 11002);
});

test('logging in changes the session id, and logging out ends it', async () => {
  const first = await logIn(asNobody, rootLogin, rootPassword);
  const again = await asNobody('POST', '/4/login', {
    headers: { ...first, ...basic(rootLogin, rootPassword) },
  });
  const second = { cookie: cookieOf(again.headers) };
  assert.notEqual(second.cookie, first.cookie);
  assert.equal((await asNobody('GET', '/4/login', { headers: first })).status, 401);
  const out = await asNobody('DELETE', '/4/login', { headers: second });
  assert.deepEqual([out.status, out.body], [200, {}]);
  assert.equal((await asNobody('GET', '/4/login', { headers: second })).status, 401);
});

/** Not the five minutes that were left of it; a busy machine may take a while to ask. */
const isHalfAnHour = (seconds: number): boolean => seconds > 1_500 && seconds < 1_810;

test('a session ends half an hour after its last request', async () => {
  const session = await logIn(asNobody, rootLogin, rootPassword);
  const secondsLeft = async (): Promise<number> => {
    const rows = await api.db.query<{ left: number }>(
      'select extract(epoch from expire - now())::int "left" from sessions where sid = $1',
      [sessionIdOf(session)],
    );
    return rows[0]?.left ?? 0;
  };
  const leave = (time: string) =>
    api.db.query('update sessions set expire = now() + $1::interval where expire > now()', [time]);
  assert.ok(isHalfAnHour(await secondsLeft()));
  await leave('5 minutes');
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).status, 200);
  assert.ok(isHalfAnHour(await secondsLeft()), 'its use has moved its end');
  await leave('5 minutes');
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).status, 200);
  assert.ok((await secondsLeft()) < 310, 'a minute has not gone by: nothing was written');
  await leave('-1 second');
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).body.error_code, 12010);
});

test('what a page asks for by itself does not put off the end of its session, unless somebody has used the page', async () => {
  const { cookie } = await logIn(asNobody, rootLogin, rootPassword);
  const secondsLeft = async (): Promise<number> => {
    const rows = await api.db.query<{ left: number }>(
      'select extract(epoch from expire - now())::int "left" from sessions where sid = $1',
      [sessionIdOf({ cookie })],
    );
    return rows[0]?.left ?? 0;
  };
  const look = async (use: string): Promise<void> => {
    const headers = { cookie, 'live-refresh': use };
    assert.equal((await asNobody('GET', '/4/login', { headers })).status, 200);
  };
  await api.db.query("update sessions set expire = now() + interval '5 minutes' where expire > now()");
  await look('unused');
  assert.ok((await secondsLeft()) < 310);
  await look('used');
  assert.ok(isHalfAnHour(await secondsLeft()));
});

test('a session ends twelve hours after the log-in, however much it is used', async () => {
  const session = await logIn(asNobody, rootLogin, rootPassword);
  const age = (hours: number) =>
    api.db.query(
      `update sessions set sess = jsonb_set(sess::jsonb, '{begun}', to_jsonb($1::bigint))::json
       where sid = $2`,
      [Date.now() - hours * 3_600_000, sessionIdOf(session)],
    );
  await age(11.9);
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).status, 200);
  await age(12.1);
  assert.equal((await asNobody('GET', '/4/login', { headers: session })).body.error_code, 12010);
});

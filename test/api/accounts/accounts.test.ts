import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword, startApiServer } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';

const { api, call } = await openApi();

const rootId = '00000000-0000-7000-8000-000000000001';

async function register(body: object): Promise<string> {
  const answer = await call('POST', '/4/accounts', { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  assert.equal(answer.headers.get('location'), `/4/accounts/${answer.body.account_id}`);
  return answer.body.account_id;
}

test('an account is registered, shown without its password, and can be found at its address', async () => {
  const id = await register({ login: 'horns@hooves.com', password: 'secret', description: 'Horns' });
  const { info, stats } = (await call('GET', `/4/accounts/${id}`)).body;
  const { create_time, last_update_time, ...rest } = info;
  assert.equal(create_time, last_update_time);
  assert.deepEqual(rest, {
    account_id: id,
    account_type: 'advanced_user',
    login: 'horns@hooves.com',
    description: 'Horns',
    email: 'horns@hooves.com',
    organization_name: 'Horns',
  });
  assert.deepEqual(stats, { list_count: 0, face_count: 0, face_attribute_count: 0 });
  const [row] = await api.db.query<{ password_hash: string }>(
    'select password_hash from accounts where account_id = $1',
    [id],
  );
  assert.match(row?.password_hash ?? '', /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
});

test('an account is registered under a given id, once', async () => {
  const id = '557d54ec-29ad-4f3c-93b4-c9092ef12515';
  const body = { login: 'given@example.com', password: 'secret' };
  const first = await call('PUT', `/4/accounts/${id}`, { body });
  assert.deepEqual([first.status, first.body], [201, { account_id: id }]);
  for (const again of [body, { ...body, login: 'other@example.com' }]) {
    const answer = await call('PUT', `/4/accounts/${id}`, { body: again });
    assert.deepEqual([answer.status, answer.body.error_code], [409, 11011]);
  }
});

test('the deprecated form makes the e-mail address login and password', async () => {
  const id = await register({ email: 'legacy@example.com', organization_name: 'Legacy' });
  const { info } = (await call('GET', `/4/accounts/${id}`)).body;
  assert.deepEqual([info.login, info.description], ['legacy@example.com', 'Legacy']);
  const answer = await call('GET', '/4/login', {
    headers: basic('legacy@example.com', 'legacy@example.com'),
  });
  assert.equal(answer.body.error_code, 12020, 'the credentials are right, the type is not');
});

test('a password that everybody knows is accepted for nobody, whichever way it comes', async () => {
  const me = 'me@example.com';
  const id = await register({ login: me, password: 'secret', account_type: 'admin' });
  const asMe = { headers: basic(me, 'secret') };
  const [newId, login] = ['557d54ec-29ad-4f3c-93b4-c9092ef12516', 'new@example.com'];
  for (const [method, path, body] of [
    ['POST', '/4/accounts', { login, password: 'root', account_type: 'admin' }],
    ['POST', '/4/accounts', { login, password: ' ROOT', account_type: 'user' }],
    ['POST', '/accounts', { login, password: login }],
    ['PUT', `/4/accounts/${newId}`, { login, password: login }],
    ['PATCH', '/4/login', { password: 'root' }],
    ['PATCH', '/login', { password: 'Me@Example.com' }],
  ] as const) {
    const answer = await call(method, path, { ...asMe, body });
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12022], JSON.stringify(body));
    assert.equal(answer.body.detail, "Path: 'password' message: 'is public'");
  }
  assert.equal((await call('GET', '/4/login', asMe)).status, 200);
  const [row] = await api.db.query('select from accounts where login = $1', [login]);
  assert.equal(row, undefined);
  await call('DELETE', `/4/accounts/${id}`);
});

test('where other machines reach the service, the deprecated form makes no account', async () => {
  const reachable = await startApiServer({ besides: api, host: '0.0.0.0' });
  try {
    const there = await createClient(reachable.url);
    const answer = await there('POST', '/4/accounts', { body: { email: 'late@example.com' } });
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12022]);
    assert.match(answer.body.detail, /'password'/);
  } finally {
    await reachable.close();
  }
});

test('faults of a registration are told by the names of the present form', async () => {
  for (const [body, code, names] of [
    [{ password: 'secret' }, 12003, "'login'"],
    [{ login: 'a@example.com' }, 12003, "'password'"],
    [{ login: 'a@example.com', password: 'ab' }, 12022, "'password'"],
    [{ login: 'A@example.com', password: 'abc' }, 12022, "'login'"],
    [{ login: 'a@example.com', password: 'abc', account_type: 'king' }, 12022, "'account_type'"],
    [{ login: 'a@example.com', password: 'abc', description: 'x'.repeat(129) }, 12022, "'description'"],
    [{ login: 'a@example.com', password: 'abc', admin: true }, 12022, "'admin'"],
    [{ email: 'nothing' }, 12022, "'login'"],
    [{ organization_name: 'x' }, 12003, "'login'"],
    [{ email: 'a@example.com', organization_name: 'x'.repeat(129) }, 12022, "'description'"],
    [{ email: 'a@example.com', login: 'a@example.com', password: 'abc' }, 12022, "'login'"],
  ] as const) {
    const answer = await call('POST', '/4/accounts', { body });
    assert.deepEqual([answer.status, answer.body.error_code], [400, code], JSON.stringify(body));
    assert.ok(answer.body.detail.includes(names), answer.body.detail);
  }
  assert.equal((await call('POST', '/4/accounts', { body: '' })).body.error_code, 12005);
});

test('accounts are listed newest first with the count of all', async () => {
  await register({ login: 'newest@example.com', password: 'secret' });
  const all = (await call('GET', '/4/accounts?page_size=1000')).body;
  assert.equal(all.account_count, all.accounts.length);
  assert.equal(all.accounts[0]?.login, 'newest@example.com');
  const second = (await call('GET', '/accounts?page=2&page_size=1')).body;
  assert.deepEqual(second.accounts, [all.accounts[1]]);
  assert.equal(second.account_count, all.account_count);
});

test('an account goes with its lists and sessions, and its faces stay', async () => {
  const id = await register({ login: 'leaver@example.com', password: 'secret', account_type: 'admin' });
  const leaver = basic('leaver@example.com', 'secret');
  await call('POST', '/4/login', { headers: leaver });
  await api.db.query(
    `with list as (insert into lists (list_id, account_id) values (gen_random_uuid(), $1) returning list_id),
       face as (insert into faces (face_id, account_id) values (gen_random_uuid(), $1) returning face_id)
     insert into list_faces (list_id, face_id) select list_id, face_id from list, face`,
    [id],
  );
  const { stats } = (await call('GET', `/4/accounts/${id}`)).body;
  assert.deepEqual(stats, { list_count: 1, face_count: 1, face_attribute_count: 0 });

  const answer = await call('DELETE', `/4/accounts/${id}`);
  assert.deepEqual([answer.status, answer.body], [200, {}]);
  assert.equal((await call('DELETE', `/4/accounts/${id}`)).body.error_code, 11003);
  assert.equal((await call('GET', '/4/login', { headers: leaver })).body.error_code, 11002);
  const [left] = await api.db.query<Record<string, number>>(
    `select (select count(*) from lists where account_id = $1) lists, (select count(*) from list_faces) links,
       (select count(*) from faces where account_id = $1) faces,
       (select count(*) from sessions where sess ->> 'accountId' = $1::text) sessions`,
    [id],
  );
  assert.deepEqual(left, { lists: 0, links: 0, faces: 1, sessions: 0 });
});

test('whoever removes their own account is answered as anybody, signed in by password or by cookie', async () => {
  const login = 'goes@example.com';
  const asNobody = await createClient(api.url, {});
  for (const by of ['password', 'cookie']) {
    const id = await register({ login, password: 'secret', account_type: 'admin' });
    const headers = basic(login, 'secret');
    const begun = await call('POST', '/4/login', { headers });
    const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const answer = await asNobody('DELETE', `/4/accounts/${id}`, {
      headers: by === 'password' ? headers : { cookie },
    });
    assert.deepEqual([answer.status, answer.body], [200, {}], by);
    assert.equal((await call('GET', '/4/login', { headers })).body.error_code, 11002);
  }
});

test('the last administrator stays, whoever asks at the same time', async () => {
  const alone = await call('DELETE', `/4/accounts/${rootId}`);
  assert.deepEqual([alone.status, alone.body.error_code], [409, 11012]);
  const other = await register({ login: 'other@admins.org', password: 'secret', account_type: 'admin' });
  const asOther = { headers: basic('other@admins.org', 'secret') };
  const asRoot = { headers: basic(rootLogin, rootPassword) };
  for (const who of [asOther, asRoot]) assert.equal((await call('GET', '/4/login', who)).status, 200);
  const answers = await Promise.all([
    call('DELETE', `/4/accounts/${other}`, asRoot),
    call('DELETE', `/4/accounts/${rootId}`, asOther),
  ]);
  // Whoever is removed before the other request has let them in is a stranger by then.
  const statuses = answers.map(({ status }) => status).sort();
  assert.ok(statuses[0] === 200 && [401, 409].includes(statuses[1] ?? 0), statuses.join(' and '));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { basic } from '../../support/rows/basic.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { cookieOf, logIn } from '../../support/servers/sessions.ts';

const { api, call: asRoot } = await openApi();
const asNobody = await createClient(api.url, {});

async function registerAdmin(login: string, password: string): Promise<string> {
  const answer = await asRoot('POST', '/4/accounts', { body: { login, password, account_type: 'admin' } });
  assert.equal(answer.status, 201);
  return answer.body.account_id;
}

test('an unknown login is answered as a wrong password is, after the same time', async () => {
  const times: Record<string, number[]> = { known: [], unknown: [] };
  const answers = new Set<string>();
  // Root's is checked in no time here.
  await registerAdmin('there@example.com', 'a password of the service');
  // The quickest of each: what else the machine does only adds, so that more rounds bring them nearer to the truth.
  const quickest = (kind: string) => Math.min(...(times[kind] ?? []));
  const ratio = () => quickest('unknown') / quickest('known');
  // Without the check of a password that nobody has it would be a tenth.
  const isAlike = () => ratio() > 0.5 && ratio() < 2;
  for (let round = 0; round < 5 || (round < 9 && !isAlike()); round++) {
    for (const [kind, login] of [
      ['unknown', 'nobody@nowhere.org'],
      ['known', 'there@example.com'],
    ] as const) {
      const begin = performance.now();
      const { status, body } = await asNobody('POST', '/4/login', { headers: basic(login, `no ${round}`) });
      times[kind]?.push(performance.now() - begin);
      answers.add(JSON.stringify([status, body]));
    }
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  assert.ok(isAlike(), `${ratio().toFixed(2)} times as long`);
});

test('only administrators are let in', async () => {
  await asRoot('POST', '/4/accounts', { body: { login: 'user@example.com', password: 'user' } });
  const user = basic('user@example.com', 'user');
  for (const [method, path] of [
    ['GET', '/4/tasks'],
    ['POST', '/4/login'],
  ] as const) {
    const answer = await asNobody(method, path, { headers: user });
    assert.deepEqual([answer.status, answer.body.error_code], [403, 12020], path);
  }
});

test("a change of password renews the cookie and ends the account's other sessions", async () => {
  await registerAdmin('changer@example.com', 'before');
  const here = await logIn(asNobody, 'changer@example.com', 'before');
  const elsewhere = await logIn(asNobody, 'changer@example.com', 'before');
  const byHeader = { headers: basic('changer@example.com', 'before') };
  assert.equal((await asNobody('GET', '/4/login', byHeader)).status, 200);

  const answer = await asNobody('PATCH', '/4/login', { headers: here, body: { password: 'after' } });
  assert.deepEqual([answer.status, answer.body], [200, {}]);
  const renewed = { cookie: cookieOf(answer.headers) };

  assert.equal((await asNobody('GET', '/4/login', { headers: renewed })).status, 200);
  assert.equal((await asNobody('GET', '/4/login', { headers: here })).status, 401);
  assert.equal((await asNobody('GET', '/4/login', { headers: elsewhere })).status, 401);
  assert.equal((await asNobody('GET', '/4/login', byHeader)).body.error_code, 11002);
  assert.equal(
    (await asNobody('GET', '/4/login', { headers: basic('changer@example.com', 'after') })).status,
    200,
  );
});

test('a new password needs a body with it', async () => {
  for (const [body, code] of [
    ['', 12005],
    ['{}', 12003],
    ['{"password":""}', 12022],
    ['{"password":"x","login":"y"}', 12022],
    ['nonsense', 12002],
  ] as const) {
    const answer = await asRoot('PATCH', '/4/login', { body });
    assert.deepEqual([answer.status, answer.body.error_code], [400, code], body);
  }
});

test('another site cannot act with the cookie of a browser', async () => {
  const session = await logIn(asNobody, rootLogin, rootPassword);
  const origins: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];
  for (const foreign of origins) {
    const answer = await asNobody('PATCH', '/4/tasks/1', { headers: { ...session, ...foreign } });
    assert.deepEqual([answer.status, answer.body.error_code], [403, 12041], JSON.stringify(foreign));
    // A browser that remembers a password says where it comes from; a program does not.
    const isOfBrowser = 'sec-fetch-site' in foreign;
    const basicAnswer = await asRoot('PATCH', '/4/tasks/99', { headers: foreign });
    assert.equal(basicAnswer.body.error_code, isOfBrowser ? 12041 : 28001, JSON.stringify(foreign));
  }
  const own = { ...session, origin: api.url, 'sec-fetch-site': 'same-origin' };
  assert.equal((await asNobody('PATCH', '/4/tasks/99', { headers: own })).body.error_code, 28001);
});

test('a request id is given back as it came, and a malformed one is refused', async () => {
  const id = '1536751345,8b8b5937-2e9c-4e8b-a7a7-5caf86621b5a';
  const given = await asRoot('GET', '/4/tasks/1', { headers: { 'luna-request-id': id } });
  assert.equal(given.headers.get('luna-request-id'), id);
  const made = await asRoot('POST', '/4/tasks/gc', {
    headers: { 'luna-request-id': id },
    body: { content: { target: 'face_descriptors', descriptor_version: 2 } },
  });
  const [entry] = await api.db.query<{ request_id: string }>(
    "select request_id from audit where action = 'task.create' and object_id = $1",
    [String(made.body.task_id)],
  );
  assert.equal(entry?.request_id, id);
  const malformed = await asRoot('GET', '/4/version', { headers: { 'luna-request-id': 'me' } });
  assert.deepEqual([malformed.status, malformed.body.error_code], [400, 12018]);
  assert.notEqual(malformed.headers.get('luna-request-id'), 'me');
});

test('whoever guesses passwords has to wait, by whichever way the guesses come; who is known goes on', async () => {
  await registerAdmin('known@example.com', 'known');
  const known = { headers: basic('known@example.com', 'known') };
  await api.db.query("update login_limits set points = 24 where key like 'network:%'");
  assert.equal((await asNobody('GET', '/4/tasks', known)).status, 200);
  const guesses = [
    (password: string) => asNobody('POST', '/4/login', { headers: basic(rootLogin, password) }),
    (password: string) => asNobody('POST', '/login', { body: { login: rootLogin, password } }),
    (password: string) => asNobody('GET', '/4/tasks', { headers: basic(rootLogin, password) }),
  ];
  let wrong = 0;
  const refused = new Set<string | null>();
  for (let tries = 0; tries < 4 && refused.size === 0; tries++) {
    for (const guess of guesses) {
      const answer = await guess(`wrong ${tries}`);
      if (answer.status === 401) wrong++;
      else refused.add(`${answer.status} ${answer.body.error_code}`);
      if (answer.status === 429) assert.ok(Number(answer.headers.get('retry-after')) > 200);
    }
  }
  assert.deepEqual([...refused], ['429 12040']);
  assert.equal(wrong, 6, 'the thirtieth was the last to be looked at');
  assert.equal((await asNobody('GET', '/4/tasks', known)).status, 200);
  const right = await asNobody('POST', '/login', { body: { login: rootLogin, password: rootPassword } });
  assert.equal(right.status, 429, 'a right guess is not looked at either');
  const [row] = await api.db.query<{ points: number }>(
    "select points from login_limits where key like 'network:%'",
  );
  assert.equal(row?.points, 31, 'another process knows of it');
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { contextWords, openPasswordRules } from '../../../api/accounts/auth/passwordRules.ts';
import { rootLogin, rootPassword } from '../../support/servers/apiServer.ts';
import { createTestFolder } from '../../support/folder.ts';
import { basic } from '../../support/rows/basic.ts';
import { createClient } from '../../support/servers/documentedClient.ts';
import { openApi } from '../../support/servers/openApi.ts';
import { cookieOf, logIn } from '../../support/servers/sessions.ts';

const folder = await createTestFolder('breached');
after(() => folder.remove());

const strong = 'violet harbour at noon';
const leaked = 'turquoise walrus marmalade';
const breachedPasswordsFile = join(folder.path, 'pwned.txt');
const hashes = ['secret', leaked].map((text) => createHash('sha1').update(text).digest('hex').toUpperCase());
await writeFile(
  breachedPasswordsFile,
  hashes
    .map((hash) => `${hash}:2\r\n`)
    .sort()
    .join(''),
);

const { api, call: asRoot } = await openApi({ passwordRules: 'strong', breachedPasswordsFile });
const asNobody = await createClient(api.url, {});
const register = (login: string, password: string) =>
  asRoot('POST', '/4/accounts', { body: { login, password, account_type: 'admin' } });

/** Of passwords that the rules refuse, and why; the login is ada.lovelace@example.com. */
const weak: readonly (readonly [password: string, reason: RegExp])[] = [
  ['eleven char', /must have at least 12 characters/],
  ['aaaaaaaaaaaaaaa', /is too easy to guess/],
  ['ada.lovelace@example.com', /is public/],
  ['adalovelace2026', /must have at least 8 characters beside your login/],
  ['visionlabsadmin1', /must have at least 8 characters beside your login/],
  ['LunaOperator2026', /must have at least 8 characters beside your login/],
  // zxcvbn finds it strong: Russian words typed on a Latin keyboard.
  ['ytpfdbcbvjcnm', /is one of the most common passwords/],
  ['YtpfdbcbvjcnM', /is one of the most common passwords/],
  [leaked, /is known from a data breach/],
];

test('with strong rules JSON refuses the passwords that pages refuse, and says why', async () => {
  for (const [password, reason] of weak) {
    const answer = await register('ada.lovelace@example.com', password);
    assert.deepEqual([answer.status, answer.body.error_code], [400, 12022], password);
    assert.match(answer.body.detail, /^Path: 'password'/);
    assert.match(answer.body.detail, reason);
  }
  assert.equal((await register('ada.lovelace@example.com', strong)).status, 201);
});

test('with strong rules a change of the password over JSON is judged as well, and the deprecated form makes no account', async () => {
  const headers = basic('ada.lovelace@example.com', strong);
  for (const [password, reason] of weak) {
    const answer = await asNobody('PATCH', '/4/login', { headers, body: { password } });
    assert.equal(answer.status, 400, password);
    assert.match(answer.body.detail, reason);
  }
  const legacy = await asRoot('POST', '/4/accounts', { body: { email: 'late@example.com' } });
  assert.deepEqual([legacy.status, legacy.body.error_code], [400, 12022]);
  const changed = await asNobody('PATCH', '/4/login', { headers, body: { password: `${strong} again` } });
  assert.equal(changed.status, 200, 'Basic authorization has proven the present one');
});

test('with strong rules a session needs the present password to change it', async () => {
  await register('session@example.com', strong);
  const headers = await logIn(asNobody, 'session@example.com', strong);
  const change = (body: object) => asNobody('PATCH', '/4/login', { headers, body });
  const password = 'quiet lantern over water';
  const without = await change({ password });
  assert.deepEqual([without.status, without.body.error_code], [400, 12003]);
  assert.match(without.body.detail, /current_password/);
  const wrong = await change({ password, current_password: 'not this one' });
  assert.deepEqual([wrong.status, wrong.body.error_code], [400, 12022]);
  const right = await change({ password, current_password: strong });
  assert.equal(right.status, 200);
  assert.equal(
    (await asNobody('GET', '/4/login', { headers: { cookie: cookieOf(right.headers) } })).status,
    200,
  );
});

test("with the manual's rules JSON takes what the manual says, and a session changes its password without the present one", async () => {
  const { api: plain, call } = await openApi({ breachedPasswordsFile });
  const login = 'short@example.com';
  const body = { login, password: 'abc', account_type: 'admin' };
  assert.equal((await call('POST', '/4/accounts', { body })).status, 201);
  const there = await createClient(plain.url, {});
  const headers = await logIn(there, login, 'abc');
  assert.equal((await there('PATCH', '/4/login', { headers, body: { password: 'x' } })).status, 200);
});

test('a list of breached passwords that cannot be used stops the start', async () => {
  const settings = {
    ...{ host: '127.0.0.1', trustProxy: '', secureCookies: false },
    passwordRules: 'manual' as const,
  };
  const unordered = join(folder.path, 'unordered.txt');
  await writeFile(unordered, `${hashes.sort().reverse().join(':1\n')}:1\n`);
  for (const [file, reason] of [
    [join(folder.path, 'missing'), /BREACHED_PASSWORDS_FILE: .*ENOENT/],
    [unordered, /BREACHED_PASSWORDS_FILE: .*not ordered by hash/],
  ] as const)
    await assert.rejects(openPasswordRules({ ...settings, breachedPasswordsFile: file }), reason);
});

test('the list of common passwords has ten thousand that are long enough', async () => {
  const text = await readFile('api/accounts/auth/commonPasswords.txt', 'utf8');
  const lines = text.trimEnd().split('\n');
  assert.equal(lines.length, 10_000);
  assert.equal(new Set(lines.map((line) => line.slice(0, 40))).size, 10_000);
  assert.deepEqual(lines, [...lines].sort());
});

test('docs/security.md names every word that counts as easy to guess', async () => {
  const document = await readFile('docs/security.md', 'utf8');
  const line = /^Context words: (.*)\.$/m.exec(document)?.[1] ?? assert.fail('the list');
  assert.deepEqual(
    line.match(/`[^`]+`/g),
    contextWords.map((word) => `\`${word}\``),
  );
});

test('a form with NUL in a password is refused, not read as another password', async () => {
  const sent = await fetch(`${api.url}/login`, {
    method: 'POST',
    headers: { origin: api.url, accept: 'text/html' },
    body: new URLSearchParams({ login: rootLogin, password: `${rootPassword}\0` }),
  });
  assert.equal(sent.status, 400);
  assert.match(await sent.text(), /NUL/);
  assert.equal(sent.headers.get('set-cookie'), null);
});

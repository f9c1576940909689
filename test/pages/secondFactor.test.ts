import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { afterEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { codeOf } from '../support/browser/totp.ts';
import { logIn, registerAccount } from '../support/browser/visitor.ts';
import { basic } from '../support/rows/basic.ts';
import { rootLogin } from '../support/servers/apiServer.ts';

const oldKey = 'the key of second factors that was used before';
const site = openSite({ secondFactorKey: [oldKey] });
const login = 'owner@example.com';
const password = 'violet harbour at noon';

afterEach(async () => {
  await site.server.db.query('delete from accounts where login <> $1', [rootLogin]);
  await site.server.db.query('delete from login_limits');
});

/** Sets up an authenticator app. @returns its key, the code that was used for it, and the recovery codes */
async function turnOn(page: Page): Promise<{ key: string; used: string; codes: string[] }> {
  await page.goto('/account/second-factor');
  await page.getByRole('link', { name: 'Set up' }).click();
  assert.equal(await page.locator('.qr svg').count(), 1);
  const key = (await page.getByText('Key:').innerText()).replace('Key: ', '');
  const used = codeOf(key);
  await page.getByRole('textbox', { name: 'Code' }).fill(used);
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  return { key, used, codes: (await page.locator('.codes').innerText()).split('\n') };
}

async function enter(page: Page, code: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Code' }).fill(code);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

const owner = () => site.newAdmin({ login, password }, { javaScriptEnabled: false });

test('with an authenticator app a log-in needs its code, and each code counts once', async () => {
  const page = await owner();
  const { key, used } = await turnOn(page);
  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, login, password);
  await page.getByRole('heading', { name: 'Second step' }).waitFor();
  await page.goto('/accounts');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goto('/login/code');
  await enter(page, used);
  await page.getByRole('alert').getByText('This is not a valid code.').waitFor();
  await enter(page, codeOf(key, 3));
  await page.getByRole('alert').getByText('This is not a valid code.').waitFor();
  await enter(page, codeOf(key, 1));
  // Where it was to go on.
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  await page.goto('/account/sessions');
  await page.getByText('Password and code').waitFor();
  const lines = await site.server.db.query<{ text: string }>('select audit::text text from audit');
  assert.equal(lines.filter(({ text }) => text.includes(key.replaceAll(' ', ''))).length, 0);
});

test('a wrong first code turns nothing on', async () => {
  const page = await owner();
  await page.goto('/account/second-factor/app');
  const key = await page.getByText('Key:').innerText();
  await page.getByRole('textbox', { name: 'Code' }).fill('000000');
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('not the code that the app shows now').waitFor();
  assert.equal(await page.getByText('Key:').innerText(), key);
  const [line] = await site.server.db.query<{ account_id: string | null; after: object }>(
    "select account_id, after from audit where action = 'session.refuse' and login = $1 order by audit_id desc limit 1",
    [login],
  );
  assert.ok(line);
  assert.deepEqual(line.after, { error_code: 11002, how: 'code of a new authenticator app' });
  assert.notEqual(line.account_id, null);
  await page.context().clearCookies();
  await logIn(page, login, password);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
});

test('a recovery code logs in once, and new ones replace the old', async () => {
  const page = await owner();
  const { codes } = await turnOn(page);
  assert.equal(new Set(codes).size, 10);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  const saved = await text(await file.createReadStream());
  for (const code of codes) assert.ok(saved.includes(code));
  const useCode = async (code: string): Promise<void> => {
    await page.context().clearCookies();
    await logIn(page, login, password);
    await enter(page, code);
  };
  await useCode((codes[0] ?? '').toUpperCase().replaceAll('-', ' '));
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.goto('/account/second-factor');
  await page.getByText('9 codes are left.').waitFor();
  await page.getByRole('button', { name: 'Renew…' }).click();
  await page.getByRole('button', { name: 'Renew the codes' }).click();
  const renewed = (await page.locator('.codes').innerText()).split('\n');
  for (const spent of [codes[0], codes[1]]) {
    await useCode(spent ?? '');
    await page.getByRole('alert').getByText('This is not a valid code.').waitFor();
  }
  await useCode(renewed[9] ?? '');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
});

test('guesses at codes have to wait, also for who knows the password', async () => {
  const page = await owner();
  const { key } = await turnOn(page);
  await page.context().clearCookies();
  for (let tries = 0; tries < 11; tries++) {
    await logIn(page, login, password);
    await enter(page, `00000${tries % 10}`);
    await page.getByRole('alert').getByText('This is not a valid code.').waitFor();
  }
  await enter(page, codeOf(key, 1));
  await page.getByRole('alert').getByText('Too many failed log-ins.').waitFor();
});

test('the password of an account with a second factor is not enough for programs', async () => {
  const page = await owner();
  const headers = basic(login, password);
  const url = `${site.server.url}/4/login`;
  assert.equal((await fetch(url, { headers })).status, 200);
  await turnOn(page);
  const ask = async (method: string, init: RequestInit): Promise<[number, number]> => {
    const answer = await fetch(url, { method, ...init });
    return [answer.status, ((await answer.json()) as { error_code: number }).error_code];
  };
  assert.deepEqual(await ask('GET', { headers }), [403, 12026]);
  assert.deepEqual(await ask('POST', { headers }), [403, 12026]);
  const json = { 'content-type': 'application/json' };
  assert.deepEqual(
    await ask('POST', { headers: json, body: JSON.stringify({ login, password }) }),
    [403, 12026],
  );
  const wrong = JSON.stringify({ login, password: 'wrong' });
  assert.deepEqual(await ask('POST', { headers: json, body: wrong }), [401, 11002]);
});

test('to turn it on ends the other sessions, and an administrator removes what its owner has lost', async () => {
  const page = await owner();
  const other = await fetch(`${site.server.url}/4/login`, {
    method: 'POST',
    headers: basic(login, password),
  });
  const cookie = other.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  await turnOn(page);
  const before = await fetch(`${site.server.url}/4/login`, { headers: { cookie } });
  assert.equal(before.status, 401);
  const admin = await site.signedIn({ javaScriptEnabled: false });
  const [row] = await site.server.db.query<{ id: string }>(
    'select account_id id from accounts where login = $1',
    [login],
  );
  await admin.goto(`/accounts/${row?.id}`);
  await admin.getByRole('button', { name: 'Remove second factor…' }).click();
  await admin.getByRole('button', { name: 'Remove second factor', exact: true }).click();
  await admin.getByText('Enter a reason.').waitFor();
  await admin.getByLabel('Reason').fill('met the owner, ticket 17');
  await admin.getByRole('button', { name: 'Remove second factor', exact: true }).click();
  await admin.getByText('The second factor was removed.').waitFor();
  const removals = await site.server.db.query(
    "select after from audit where action = 'account.remove_factor' and object_id = $1",
    [row?.id],
  );
  assert.deepEqual(removals, [{ after: { factor: 'all', reason: 'met the owner, ticket 17' } }]);
  await logIn(page, login, password);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
});

test('after a change of the key codes go on, as long as the old key is given too', async () => {
  const page = await owner();
  const { key } = await turnOn(page);
  const sealed = async () =>
    (await site.server.db.query<{ secret: Buffer }>('select secret from totp_secrets'))[0]?.secret.toString(
      'hex',
    );
  const first = await sealed();
  assert.ok(!first?.includes(Buffer.from(key.replaceAll(' ', '')).toString('hex')));
  const rotated = await site.another({
    secondFactorKey: ['another key, of thirty-two characters or more', oldKey],
  });
  const there = await site.visit({ url: rotated.url, javaScriptEnabled: false });
  await logIn(there, login, password);
  await enter(there, codeOf(key, 1));
  await there.getByRole('heading', { name: 'Home' }).waitFor();
  assert.notEqual(await sealed(), first, 'it is encrypted under the new key by now');
});

for (const demanded of ['admins', 'all'] as const) {
  test(`where a second factor is demanded from ${demanded}, who has none is led to its set-up and to nothing else`, async () => {
    await registerAccount(site.server, { login, password, account_type: 'admin' });
    await registerAccount(site.server, { login: 'viewer@example.com', password, account_type: 'admin' });
    await site.server.db.query("update accounts set role = 'viewer' where login = 'viewer@example.com'");
    const strict = await site.another({ requireSecondFactor: demanded });
    const page = await site.visit({ url: strict.url, javaScriptEnabled: false });
    await logIn(page, login, password);
    const words = 'This installation requires a second factor for your account.';
    await page.getByText(words).waitFor();
    for (const path of ['/', '/accounts', '/account/sessions', '/tasks/new']) {
      await page.goto(path);
      await page.getByText(words).waitFor();
    }
    const byCookie = await page.request.get('/4/tasks', { headers: { accept: 'application/json' } });
    assert.deepEqual(
      [byCookie.status(), ((await byCookie.json()) as { error_code: number }).error_code],
      [403, 12026],
    );
    const byPassword = await fetch(`${strict.url}/4/tasks`, { headers: basic(login, password) });
    assert.equal(byPassword.status, 403);
    const viewer = await fetch(`${strict.url}/4/tasks`, { headers: basic('viewer@example.com', password) });
    assert.equal(viewer.status, demanded === 'all' ? 403 : 200);
    await turnOn(page);
    await page.goto('/accounts');
    await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  });
}

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { deviceOf } from '../../api/accounts/deviceOf.ts';
import { openSite } from '../support/browser/site.ts';
import { logIn, registerAccount } from '../support/browser/visitor.ts';
import { basic } from '../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';

const site = openSite();
afterEach(async () => {
  await site.server.db.query('delete from accounts where login <> $1', [rootLogin]);
  await site.server.db.query('delete from sessions');
});

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** A session of another device. */
const begin = (login: string, password: string, userAgent: string) =>
  fetch(`${site.server.url}/4/login`, {
    method: 'POST',
    headers: { ...basic(login, password), 'user-agent': userAgent },
  });

test('one sees where one is logged in, and ends one session or all others', async () => {
  const page = await site.visit({ javaScriptEnabled: false });
  await logIn(page, rootLogin, rootPassword);
  for (const agent of [firefox, 'curl/8.5.0', 'curl/8.5.0'])
    assert.equal((await begin(rootLogin, rootPassword, agent)).status, 200);
  await page.getByRole('link', { name: rootLogin }).first().click();
  await page.getByRole('link', { name: 'Sessions' }).click();
  const rows = page.getByRole('table').getByRole('row');
  assert.equal(await rows.count(), 5);
  const here = rows.filter({ hasText: 'This session' });
  assert.match(await here.innerText(), /Chrome.* on Linux[\s\S]*127\.0\.0\.1[\s\S]*Password/);
  assert.equal(await here.getByRole('button').count(), 0);
  await rows.filter({ hasText: 'Firefox on Windows' }).getByRole('button', { name: 'End' }).click();
  await page.getByText('The session was ended.').waitFor();
  assert.equal(await rows.count(), 4);
  await page.getByRole('button', { name: 'End the others…' }).click();
  await page.getByRole('button', { name: 'End the others', exact: true }).click();
  await page.getByText('2 sessions were ended.').waitFor();
  assert.equal(await rows.count(), 2);
});

test('an administrator sees and ends the sessions of an account, whose pages then ask to log in', async () => {
  const account_id = await registerAccount(site.server, {
    ...{ login: 'lost@example.com', password: 'secret', account_type: 'admin' },
  });
  const theirs = await site.visit();
  await logIn(theirs, 'lost@example.com', 'secret');
  await theirs.getByRole('heading', { name: 'Home' }).waitFor();
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/accounts/${account_id}`);
  await page.getByRole('link', { name: 'Sessions' }).click();
  await page.getByRole('heading', { name: 'Sessions of lost@example.com' }).waitFor();
  await page.getByRole('button', { name: 'End all…' }).click();
  await page.getByRole('button', { name: 'End all sessions' }).click();
  await page.getByText('1 session was ended.').waitFor();
  await page.getByText('This account is not logged in anywhere.').waitFor();
  await theirs.goto('/accounts');
  await theirs.getByText('Your session has ended.').waitFor();
});

test('a session of another account cannot be ended as one of one’s own', async () => {
  await registerAccount(site.server, {
    login: 'other@example.com',
    password: 'secret',
    account_type: 'admin',
  });
  await begin('other@example.com', 'secret', firefox);
  const page = await site.signedIn();
  await begin(rootLogin, rootPassword, 'curl/8.5.0');
  await page.goto('/account/sessions');
  const [theirs] = await site.server.db.query<{ key: string }>(
    `select encode(sha256(sid::bytea), 'hex') key from sessions where sess ->> 'userAgent' = $1`,
    [firefox],
  );
  await page.locator('input[name=session]').evaluate((input: { value: string }, key) => {
    input.value = key;
  }, theirs?.key ?? '');
  await page.getByRole('button', { name: 'End the session of curl' }).click();
  await page.getByText('The session had already ended.').waitFor();
  const left = await site.server.db.query(`select from sessions where sess ->> 'userAgent' = $1`, [firefox]);
  assert.equal(left.length, 1);
});

test('an administrator resets a password and disables an account', async () => {
  const account_id = await registerAccount(site.server, {
    ...{ login: 'gone@example.com', password: 'secret', account_type: 'admin' },
  });
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/accounts/${account_id}`);
  await page.getByRole('button', { name: 'Reset password…' }).click();
  await page.getByRole('button', { name: 'Reset password', exact: true }).click();
  const password = await page.getByRole('status').innerText();
  const theirs = await site.visit();
  await logIn(theirs, 'gone@example.com', password);
  await theirs.getByText('Your password was set by another person.').waitFor();

  await page.getByRole('link', { name: 'Back to the account' }).click();
  await page.getByRole('button', { name: 'Disable…' }).click();
  await page.getByRole('button', { name: 'Disable account' }).click();
  await page.getByText('Administrator · disabled').waitFor();
  await logIn(theirs, 'gone@example.com', password);
  await theirs.getByText('The login or password is incorrect.').waitFor();
  await page.getByRole('button', { name: 'Enable' }).click();
  await page.getByText('The account was enabled.').waitFor();
  await logIn(theirs, 'gone@example.com', password);
  await theirs.getByRole('heading', { name: 'Change password' }).waitFor();
});

test('a device is named in plain words', () => {
  for (const [agent, words] of [
    [firefox, 'Firefox on Windows'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    ['python-requests/2.32.3', 'python-requests'],
    ['', 'Unknown program'],
    ['<script>', '<script>'],
  ] as const)
    assert.equal(deviceOf(agent), words);
});

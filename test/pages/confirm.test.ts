import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { codeOf } from '../support/browser/totp.ts';
import { forgetProofs } from '../support/browser/visitor.ts';
import { basic } from '../support/rows/basic.ts';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';

const site = openSite();
const login = 'owner@example.com';
const password = 'violet harbour at noon';

afterEach(async () => {
  await site.server.db.query('delete from accounts where login <> $1', [rootLogin]);
  await site.server.db.query('delete from sessions');
  await site.server.db.query('delete from login_limits');
});

const title = (page: Page) => page.getByRole('heading', { name: 'Confirm that it is you' });
const answerWith = async (page: Page, fields: Readonly<Record<string, string>>): Promise<void> => {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole('button', { name: 'Confirm and continue' }).click();
};
const begin = (who: string, secret: string) =>
  fetch(`${site.server.url}/4/login`, { method: 'POST', headers: basic(who, secret) });
const actions = async (): Promise<string[]> =>
  (await site.server.db.query<{ action: string }>('select action from audit order by audit_id')).map(
    ({ action }) => action,
  );

const owner = () => site.newAdmin({ login, password }, { javaScriptEnabled: false });

test('ten minutes after the log-in a new API token asks for the password, and what was typed goes on', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/account/tokens');
  await page.getByLabel('Name').fill('nightly report');
  await forgetProofs(site.server);
  await page.getByRole('button', { name: 'Create' }).click();
  await title(page).waitFor();
  await answerWith(page, { Password: 'wrong' });
  await page.getByRole('alert').getByText('This is not correct.').waitFor();
  const tokens = () => site.server.db.query<{ name: string }>('select name from api_tokens');
  assert.deepEqual(await tokens(), []);
  await answerWith(page, { Password: rootPassword });
  await page.getByText('lat_').first().waitFor();
  assert.deepEqual(await tokens(), [{ name: 'nightly report' }]);
  // For ten minutes it is not asked for again.
  await page.getByLabel('Name').fill('another');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('lat_').first().waitFor();
  assert.deepEqual((await actions()).slice(-4), [
    'session.refuse',
    'session.confirm',
    'token.create',
    'token.create',
  ]);
  await site.server.db.query('delete from api_tokens');
});

test('wrong answers to the question are guesses, and have to wait', async () => {
  const page = await owner();
  await page.goto('/account/sessions');
  await begin(login, password);
  await page.reload();
  await forgetProofs(site.server);
  await page.getByRole('button', { name: 'End the session of' }).click();
  for (let tries = 0; tries < 11; tries++) {
    await answerWith(page, { Password: `wrong ${tries}` });
    await page.getByRole('alert').getByText('This is not correct.').waitFor();
  }
  await answerWith(page, { Password: password });
  await page.getByRole('alert').getByText('Too many failed log-ins.').waitFor();
});

test('with a second factor its code is asked for too, and its removal ends the other sessions', async () => {
  const page = await owner();
  await page.goto('/account/second-factor');
  await forgetProofs(site.server);
  await page.getByRole('link', { name: 'Set up' }).click();
  await answerWith(page, { Password: password });
  const key = (await page.getByText('Key:').innerText()).replace('Key: ', '');
  await page.getByRole('textbox', { name: 'Code' }).fill(codeOf(key));
  await page.getByRole('button', { name: 'Turn on' }).click();
  const codes = (await page.locator('.codes').innerText()).split('\n');
  const sessions = () =>
    site.server.db.query('select from sessions where sess ->> $1 is not null', ['begun']);
  const [other] = await site.server.db.query<{ sid: string }>(
    `insert into sessions (sid, sess, expire) select 'other', sess, expire from sessions returning sid`,
  );
  assert.equal(other?.sid, 'other');
  await page.getByRole('link', { name: 'Continue' }).click();
  await forgetProofs(site.server);
  await page.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('button', { name: 'Remove the app' }).click();
  await answerWith(page, { Password: password, Code: '000000' });
  await page.getByRole('alert').getByText('This is not correct.').waitFor();
  assert.equal((await sessions()).length, 2);
  await answerWith(page, { Password: password, Code: codes[0] ?? '' });
  await page.getByText('The authenticator app was removed. Other sessions have ended.').waitFor();
  assert.equal((await sessions()).length, 1);
});

for (const [path, name] of [
  ['/account/second-factor/app', 'an app'],
  ['/account/second-factor/app/remove', 'the removal of an app'],
  ['/account/second-factor/passkeys', 'a passkey'],
  ['/account/second-factor/passkeys/remove', 'the removal of a passkey'],
  ['/account/second-factor/recovery-codes', 'new recovery codes'],
  ['/account/tokens', 'an API token'],
  ['/account/sessions', 'the end of a session'],
  ['/account/sessions/all', 'the end of other sessions'],
  ['/accounts/ID/reset-password', 'another password for an account'],
  ['/accounts/ID/remove-second-factor', 'the removal of another’s second factor'],
  ['/accounts/ID/sessions', 'the end of another’s session'],
  ['/accounts/ID/sessions/all', 'the end of another’s sessions'],
] as const) {
  test(`a confirmation is asked for before ${name}`, async () => {
    const page = await site.signedIn({ javaScriptEnabled: false });
    await page.goto('/account/tokens');
    const token = await page.locator('[name=_csrf]').first().getAttribute('value');
    await forgetProofs(site.server);
    const answer = await page.request.post(path.replace('ID', '00000000-0000-7000-8000-000000000001'), {
      form: { _csrf: token ?? '' },
      headers: { origin: site.server.url },
      maxRedirects: 0,
    });
    assert.equal(answer.status(), 403);
    assert.match(await answer.text(), /Confirm that it is you/);
  });
}

test('a session in JSON has to have proven recently who uses it; Basic proves it by itself', async () => {
  const account = '00000000-0000-7000-8000-000000000001';
  const cookie = (await begin(rootLogin, rootPassword)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const ask = async (method: string, path: string, body: object, headers: Record<string, string>) => {
    const answer = await fetch(`${site.server.url}/4${path}`, {
      method,
      body: JSON.stringify(body),
      headers: { ...headers, 'content-type': 'application/json' },
    });
    return [answer.status, ((await answer.json()) as { error_code?: number }).error_code];
  };
  const create = { name: 'nightly' };
  assert.deepEqual(await ask('POST', '/tokens', create, { cookie }), [201, undefined]);
  await forgetProofs(site.server);
  assert.deepEqual(await ask('POST', '/tokens', create, { cookie }), [403, 12030]);
  for (const action of ['reset_password', 'remove_second_factor', 'end_sessions'])
    assert.deepEqual(await ask('PATCH', `/accounts/${account}`, { action }, { cookie }), [403, 12030]);
  const byPassword = basic(rootLogin, rootPassword);
  assert.deepEqual(await ask('POST', '/tokens', create, byPassword), [201, undefined]);
  await site.server.db.query('delete from api_tokens');
});

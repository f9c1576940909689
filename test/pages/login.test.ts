import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameSitePath } from '../../api/html/returnTo.ts';
import { formatDuration } from '../../views/assets/words.js';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { basic } from '../support/rows/basic.ts';
import { plainHost } from '../support/browser/browser.ts';
import { setOldPassword } from '../support/oldPassword.ts';
import { logIn, registerAccount } from '../support/browser/visitor.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite({ allowedHosts: [plainHost] });

test('whoever is not signed in is led to the log-in page and from there in', async () => {
  const page = await site.visit();
  await page.goto('/tasks/view');
  assert.equal(new URL(page.url()).pathname, '/login');

  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();

  await page.goto('/login');
  assert.equal(new URL(page.url()).pathname, '/', 'signed in, the log-in page leads home');

  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goto('/');
  assert.equal(new URL(page.url()).pathname, '/login');
});

test('a log-in leads to the page that was wanted, and says when a session has ended', async () => {
  const page = await site.visit();
  const login = page.getByLabel('Login');
  const fillIn = async (): Promise<void> => {
    await login.and(page.locator(':focus')).fill(rootLogin);
    await page.getByLabel('Password').fill('mistyped');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').and(page.locator(':focus')).fill(rootPassword);
    await page.keyboard.press('Enter');
  };
  await page.goto('/tasks/view?text=upgrade');
  assert.equal(await page.getByText('Your session has ended').count(), 0, 'there was none');
  await fillIn();
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).search, '?text=upgrade');

  await site.server.db.query('delete from sessions');
  await page.goto('/audit/view');
  await page.getByText('Your session has ended. Log in to continue where you were.').waitFor();
  await fillIn();
  await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor();

  await page.goto('/password');
  await site.server.db.query('delete from sessions');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your session has ended, and your last action was not carried out.').waitFor();
  await fillIn();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
});

test('a log-in leads nowhere else than to this site', () => {
  const elsewhere = [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    '/.//evil.example',
  ];
  for (const address of [...elsewhere, 'https://evil.example', 'javascript:alert(1)', 'tasks/view', ''])
    assert.equal(sameSitePath(address), null, address);
  assert.equal(sameSitePath('/tasks/view?text=a%20b#end'), '/tasks/view?text=a%20b#end');
});

test('a wrong password is answered with the form, the login still in it and the password not', async () => {
  const page = await site.visit();
  await logIn(page, rootLogin, 'not this one');
  await page.getByRole('alert').getByText('The login or password is incorrect.').waitFor();
  assert.equal(await page.getByLabel('Login').inputValue(), rootLogin);
  assert.equal(await page.getByLabel('Password').inputValue(), '');
});

test('an account that is not an administrator is told so and stays outside', async () => {
  const page = await site.visit();
  await registerAccount(site.server, { login: 'user@example.com', password: 'secret', account_type: 'user' });
  await logIn(page, 'user@example.com', 'secret');
  await page.getByRole('heading', { name: 'Account is not an administrator' }).waitFor();
  await page.goto('/');
  assert.equal(new URL(page.url()).pathname, '/login');
});

/** An administrator who has had this password since it was still accepted. */
async function registerOld(login: string, password: string): Promise<void> {
  await registerAccount(site.server, { login, password: 'secret', account_type: 'admin' });
  await setOldPassword(site.server.db, login, password);
}

test('the password of the first start is asked to be changed until it is', async () => {
  const page = await site.visit();
  await registerOld('first@example.com', 'root');
  await logIn(page, 'first@example.com', 'root');
  await page.getByRole('link', { name: 'Change it now' }).click();

  const strong = 'violet harbour at noon';
  const choose = async (old: string, chosen: string, again = chosen): Promise<void> => {
    await page.getByLabel('Present password').fill(old);
    await page.getByLabel('New password', { exact: true }).fill(chosen);
    await page.getByLabel('Repeat the new password').fill(again);
    await page.getByRole('button', { name: 'Change password' }).click();
  };
  await choose('root', strong, 'violet harbour at nine');
  await page.getByRole('alert').getByText('not the same as above').waitFor();
  for (const known of ['ROOT', 'first@example.com']) {
    await choose('root', known);
    await page.getByRole('alert').getByText('is public').waitFor();
  }
  await choose('root', 'root');
  await page.getByRole('alert').getByText('is the present one').waitFor();
  await choose('not the old one', strong);
  await page.getByRole('alert').getByText('not the present password').waitFor();
  const [line] = await site.server.db.query<{ after: object }>(
    "select after from audit where action = 'session.refuse' order by audit_id desc limit 1",
  );
  assert.deepEqual(line?.after, { error_code: 11002, how: 'present password' });
  await choose('root', strong);
  await page.getByText('The password was changed; its strength is 4 of 4.').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Change it now' }).count(), 0);

  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, 'first@example.com', strong);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
});

test('a new password has twelve characters, and says why it is easy to guess', async () => {
  const page = await site.visit({ javaScriptEnabled: false });
  await registerOld('weak@example.com', 'secret');
  await logIn(page, 'weak@example.com', 'secret');
  await page.goto('/password');
  for (const [chosen, reason] of [
    ['eleven char', 'must have at least 12 characters'],
    ['password1234', 'strength 1 of 4, 3 is needed. This is similar to a commonly used password.'],
    ['weak@example.com!', 'must have at least 8 characters beside your login'],
    ['lunaadmin2026', 'must have at least 8 characters beside your login'],
    ['aaaaaaaaaaaaaaa', 'Repeated characters like "aaa" are easy to guess.'],
  ] as const) {
    await page.getByLabel('Present password').fill('secret');
    await page.getByLabel('New password', { exact: true }).fill(chosen);
    await page.getByLabel('Repeat the new password').fill(chosen);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').getByText(reason).waitFor();
  }
});

test('a password that everybody knows is asked to be changed in a session that a program has begun, too', async () => {
  const page = await site.visit();
  await registerOld('second@example.com', 'second@example.com');
  const answer = await page.request.post('/4/login', {
    data: { login: 'second@example.com', password: 'second@example.com' },
  });
  assert.equal(answer.status(), 200);
  await page.goto('/');
  await page.getByRole('link', { name: 'Change it now' }).waitFor();
});

test('a password says when caps lock is on', async () => {
  const page = await site.visit();
  await page.goto('/login');
  const hint = page.getByRole('main').locator('form').first().getByRole('status');
  const type = (isOn: boolean): Promise<void> =>
    page
      .getByLabel('Password')
      .evaluate((input: { dispatchEvent(event: unknown): void }, modifierCapsLock) => {
        const { KeyboardEvent: Key } = globalThis as unknown as {
          KeyboardEvent: new (...args: unknown[]) => unknown;
        };
        input.dispatchEvent(new Key('keydown', { key: 'A', modifierCapsLock, bubbles: true }));
      }, isOn);
  assert.equal(await hint.innerText(), '');
  await type(true);
  assert.equal(await hint.innerText(), 'Caps lock is on.');
  await type(false);
  assert.equal(await hint.innerText(), '');
});

test('a form that no page of this session has shown changes nothing', async () => {
  const page = await site.visit();
  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  const forged = await page.request.post('/accounts', {
    form: { _csrf: 'guessed', login: 'evil@example.com', password: 'secret' },
    headers: { accept: 'text/html' },
  });
  assert.equal(forged.status(), 403);
  assert.match(await forged.text(), /12041/);
  await page.goto('/accounts');
  assert.equal(await page.getByText('evil@example.com').count(), 0);
});

test('a form that another site makes the browser send is refused', async () => {
  const page = await site.visit();
  await logIn(page, rootLogin, rootPassword);
  await page.goto('/password');
  const token = await page.locator('input[name=_csrf]').first().inputValue();
  const answer = await page.request.post('/password', {
    form: { _csrf: token, password: 'stolen', again: 'stolen' },
    headers: { origin: 'http://evil.example.com' },
  });
  assert.equal(answer.status(), 403);
});

const sessionCount = async (): Promise<number> => {
  const [row] = await site.server.db.query<{ count: number }>('select count(*) from sessions');
  return row?.count ?? 0;
};
const form = new URLSearchParams({ login: rootLogin, password: rootPassword });
const postLogin = (headers: Readonly<Record<string, string>>) =>
  fetch(`${site.server.url}/login`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { accept: 'text/html', ...headers },
  });

test('however often strangers look at the log-in page, no session is kept', async () => {
  const before = await sessionCount();
  for (let look = 0; look < 100; look++) {
    const answer = await fetch(`${site.server.url}/login`, { headers: { accept: 'text/html' } });
    assert.match(await answer.text(), /Log in/);
    assert.deepEqual(answer.headers.getSetCookie(), []);
  }
  const wrong = new URLSearchParams({ login: rootLogin, password: 'mistyped' });
  const answer = await fetch(`${site.server.url}/login`, {
    ...{ method: 'POST', body: wrong, headers: { accept: 'text/html' } },
  });
  assert.deepEqual([answer.status, answer.headers.getSetCookie()], [401, []]);
  assert.equal(await sessionCount(), before);
});

test('a log-in that another site makes the browser send is refused, whatever the browser sends along', async () => {
  const before = await sessionCount();
  const foreign: Record<string, string>[] = [
    { origin: 'http://evil.example.com' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: site.server.url },
    { origin: 'http://evil.example.com', ...basic(rootLogin, rootPassword) },
  ];
  for (const headers of foreign) {
    const answer = await postLogin(headers);
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.match(await answer.text(), /12041/);
    assert.deepEqual(answer.headers.getSetCookie(), []);
  }
  assert.equal(await sessionCount(), before);
  for (const headers of [{ origin: site.server.url }, { 'sec-fetch-site': 'same-origin' }]) {
    assert.equal((await postLogin(headers)).status, 303, JSON.stringify(headers));
  }
});

test('a log-in begins a session under another id than the browser had before', async () => {
  const cookieOf = (answer: Response) =>
    answer.headers
      .getSetCookie()
      .find((line) => line.startsWith('luna_admin='))
      ?.split(';')[0] ?? '';
  const first = cookieOf(await postLogin({ origin: site.server.url }));
  const second = cookieOf(await postLogin({ origin: site.server.url, cookie: first }));
  assert.ok(first !== '' && second !== '' && second !== first);
  const old = await fetch(`${site.server.url}/accounts`, {
    headers: { accept: 'text/html', cookie: first },
    redirect: 'manual',
  });
  assert.equal(old.headers.get('location'), '/login');
});

// Over plain HTTP and not from localhost a browser does not tell the site that a form comes from, only its origin.
for (const javaScriptEnabled of [true, false]) {
  test(`a log-in works over plain HTTP ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const url = new URL(site.server.url);
    url.hostname = plainHost;
    const page = await site.visit({ url: url.href, javaScriptEnabled });
    const isSent = page.waitForRequest((request) => request.method() === 'POST');
    await logIn(page, rootLogin, rootPassword);
    const headers = await (await isSent).allHeaders();
    assert.equal(headers['sec-fetch-site'], undefined);
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });
}

// The last one: nobody from here can log in after it.
test('whoever has guessed too often is told in the form how long to wait', async () => {
  const page = await site.visit({ javaScriptEnabled: false });
  await site.server.db.query(
    `insert into login_limits (key, points, expire) values ('network:127.0.0.1', 30, $1)
     on conflict (key) do update set points = 30, expire = $1`,
    [Date.now() + 200_000],
  );
  await page.goto('/login');
  await page.getByLabel('Login').fill(rootLogin);
  await page.getByLabel('Password').fill(rootPassword);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Log in', exact: true }).click(),
  ]);
  assert.equal(answer.status(), 429);
  const wait = Number(answer.headers()['retry-after']);
  assert.ok(wait > 100 && wait <= 200, String(wait));
  const words = await page.getByRole('alert').innerText();
  assert.equal(words, `Too many failed log-ins. Try again in ${formatDuration(wait)}.`);
  assert.equal(await page.getByLabel('Login').inputValue(), rootLogin);
});

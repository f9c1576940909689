import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { forgetProofs, logIn, registerAccount } from '../support/browser/visitor.ts';
import { rootLogin } from '../support/servers/apiServer.ts';

const site = openSite();
const login = 'owner@example.com';
const password = 'violet harbour at noon';

afterEach(async () => {
  await site.server.db.query('delete from accounts where login <> $1', [rootLogin]);
  await site.server.db.query('delete from login_limits');
});

interface Authenticator {
  readonly cdp: CDPSession;
  readonly authenticatorId: string;
}

/** A device of its own that keeps passkeys and knows its owner. */
async function plugIn(page: Page, isUserVerified = true): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified, automaticPresenceSimulation: true },
    },
  });
  return { cdp, authenticatorId };
}

/** Passkeys are bound to a name; an address is none. */
const named = (): string => site.server.url.replace('127.0.0.1', 'localhost');

async function owner(): Promise<Page> {
  await registerAccount(site.server, { login, password, account_type: 'admin' });
  const page = await site.visit({ url: named() });
  await logIn(page, login, password);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  return page;
}

async function register(page: Page, name: string): Promise<void> {
  await page.goto('/account/second-factor');
  await page.getByLabel('Name of the new passkey').fill(name);
  await page.getByRole('button', { name: 'Register a passkey' }).click();
}

const logOut = (page: Page) => page.getByRole('button', { name: 'Log out' }).click();

test('a passkey logs in without a password, and several have names', async () => {
  const page = await owner();
  const { cdp, authenticatorId } = await plugIn(page);
  await register(page, 'Laptop');
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await logOut(page);
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.goto('/account/sessions');
  await page.getByRole('cell', { name: 'Passkey', exact: true }).waitFor();

  // Another device: the first one knows that it has a passkey of this account already.
  await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  const key = await plugIn(page);
  await register(page, 'Security key');
  await page.getByText('The passkey Security key was registered.').waitFor();
  await page.getByRole('button', { name: 'Remove Laptop' }).click();
  await page.getByText('The passkey was removed.').waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: 'Laptop' }).count(), 0);
  assert.equal(await page.getByRole('row').filter({ hasText: 'Security key' }).count(), 1);
  const { credentials } = await key.cdp.send('WebAuthn.getCredentials', {
    authenticatorId: key.authenticatorId,
  });
  assert.equal(credentials[0]?.isResidentCredential, true);
});

test('a passkey is the second step after the password', async () => {
  const page = await owner();
  await plugIn(page);
  await register(page, 'Laptop');
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await logOut(page);
  await logIn(page, login, password);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.goto('/account/sessions');
  await page.getByText('Password and passkey').waitFor();
});

test('a new passkey and the removal of one go on after a confirmation, which a passkey is too', async () => {
  const page = await owner();
  await plugIn(page);
  await page.goto('/account/second-factor');
  await page.getByLabel('Name of the new passkey').fill('Laptop');
  await forgetProofs(site.server);
  await page.getByRole('button', { name: 'Register a passkey' }).click();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Confirm and continue' }).click();
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await page.getByRole('link', { name: 'Continue' }).click();
  await forgetProofs(site.server);
  await page.getByRole('button', { name: 'Remove Laptop' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('The passkey was removed. Other sessions have ended.').waitFor();
  const lines = await site.server.db.query(
    "select after from audit where action = 'session.confirm' order by audit_id",
  );
  assert.deepEqual(lines, [{ after: { how: 'password' } }, { after: { how: 'passkey' } }]);
});

test('a passkey whose count goes back, or that has been removed, is refused', async () => {
  const page = await owner();
  await plugIn(page);
  await register(page, 'Laptop');
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await logOut(page);
  await site.server.db.query('update passkeys set sign_count = 1000');
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await page.getByRole('alert').getByText('The passkey was not accepted.').waitFor();
  await site.server.db.query('delete from passkeys');
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await page.getByRole('alert').getByText('The passkey was not accepted.').waitFor();
});

test('a passkey of a disabled account, or without its owner, is refused', async () => {
  const page = await owner();
  const { cdp, authenticatorId } = await plugIn(page);
  await register(page, 'Laptop');
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await logOut(page);
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await page.getByText('The browser gave no passkey.').waitFor();
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await site.server.db.query('update accounts set disabled = true where login = $1', [login]);
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await page.getByRole('alert').getByText('The passkey was not accepted.').waitFor();
});

test('an answer counts for the challenge of its own session alone, and once', async () => {
  const page = await owner();
  await plugIn(page);
  await register(page, 'Laptop');
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  await logOut(page);
  const [sent] = await Promise.all([
    page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/login/passkey')),
    page.getByRole('button', { name: 'Log in with a passkey' }).click(),
  ]);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  const credential = new URLSearchParams(sent.postData() ?? '').get('credential') ?? '';
  assert.match(credential, /clientDataJSON/);
  // So that its count is not what refuses it.
  await site.server.db.query('update passkeys set sign_count = 0');
  const other = await page.request.post('/login/passkey/options');
  assert.equal(other.status(), 200);
  for (const form of [{ credential }, { credential: '{}' }, { credential: 'not JSON' }]) {
    const replayed = await page.request.post('/login/passkey', { form });
    assert.equal(replayed.status(), 401, form.credential.slice(0, 20));
  }
});

test('where passkeys cannot work the page says why', async () => {
  const page = await site.signedIn();
  await page.goto('/account/second-factor');
  await page.getByText('Passkeys need a host name and HTTPS').waitFor();
});

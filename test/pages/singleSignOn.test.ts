import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { logIn } from '../support/browser/visitor.ts';
import { rootPassword } from '../support/servers/apiServer.ts';
import { oidcClient, startOidcProvider } from '../support/servers/oidcProvider.ts';

const provider = await startOidcProvider();
after(() => provider.close());
const site = openSite({
  oidcIssuer: provider.issuer,
  oidcClientId: oidcClient.clientId,
  oidcClientSecret: oidcClient.clientSecret,
  oidcName: 'Corp',
  oidcRoles: { 'luna-admins': 'admin', 'on-call': 'operator' },
});

async function visit(): Promise<Page> {
  const page = await site.visit({ javaScriptEnabled: false });
  // The provider's own pages would like a font from the network.
  await page.route('https://fonts.googleapis.com/**', (route) =>
    route.fulfill({ contentType: 'text/css', body: '' }),
  );
  return page;
}

async function logInThere(page: Page, login: string): Promise<void> {
  await page.getByRole('button', { name: 'Log in with Corp' }).click();
  await passProvider(page, login);
}

/** `consents`: it asks for that only the first time. */
async function passProvider(page: Page, login: string, consents = true): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(login);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  if (consents) await page.getByRole('button', { name: 'Continue' }).click();
}

const accountOf = async (login: string) =>
  (await site.server.db.query<{ role: string }>('select role from accounts where login = $1', [login]))[0];

test('a first log-in at the provider makes an account with the role of its groups', async () => {
  const page = await visit();
  await page.goto('/tasks/view');
  await provider.setGroups({ anna: ['luna-admins', 'on-call'] });
  await logInThere(page, 'anna');
  await page.getByRole('heading', { name: 'Tasks' }).waitFor();
  await page.getByRole('link', { name: 'anna@corp.example.com' }).waitFor();
  assert.deepEqual(await accountOf('anna@corp.example.com'), { role: 'admin' });
  const [line] = await site.server.db.query<{ login: string }>(
    "select login from audit where action = 'account.connect'",
  );
  assert.equal(line?.login, 'anna@corp.example.com');
});

test('another group there is another role here at the next log-in, and none is no way in', async () => {
  const page = await visit();
  await page.goto('/login');
  await provider.setGroups({ ben: ['on-call'] });
  await logInThere(page, 'ben');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  assert.deepEqual(await accountOf('ben@corp.example.com'), { role: 'operator' });
  await page.context().clearCookies();
  await page.goto('/login');
  await provider.setGroups({ ben: ['luna-admins'] });
  await logInThere(page, 'ben');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  assert.deepEqual(await accountOf('ben@corp.example.com'), { role: 'admin' });
  await page.context().clearCookies();
  await page.goto('/login');
  await provider.setGroups({ ben: ['nobody'] });
  await logInThere(page, 'ben');
  await page.getByRole('alert').getByText('none of your values of groups').waitFor();
});

test('an account with a password is not taken over by its address, but connected by its owner', async () => {
  const login = 'carla@corp.example.com';
  await site.server.db.execute(
    `insert into accounts (account_id, login, password_hash, account_type, role)
     select gen_random_uuid(), $1, password_hash, 'admin', 'viewer' from accounts where login = 'root@visionlabs.ai'`,
    [login],
  );
  const page = await visit();
  await page.goto('/login');
  await provider.setGroups({ carla: ['luna-admins'] });
  await logInThere(page, 'carla');
  await page.getByRole('alert').getByText('exists already').waitFor();
  await page.context().clearCookies();
  await site.server.db.execute("update accounts set login = 'carla@example.com' where login = $1", [login]);
  await page.goto('/login');
  await logIn(page, 'carla@example.com', rootPassword);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.goto('/account');
  await page.getByRole('button', { name: 'Connect Corp' }).click();
  await provider.setGroups({ carla: ['luna-admins'] });
  await passProvider(page, 'carla');
  await page.getByText('The account is connected with Corp.').waitFor();
  await page.context().clearCookies();
  await page.goto('/login');
  await provider.setGroups({ carla: ['luna-admins'] });
  await logInThere(page, 'carla');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  assert.deepEqual(await accountOf('carla@example.com'), { role: 'viewer' });
});

test('what opens the account is changed after another log-in at the provider, and what was typed goes on', async () => {
  const page = await visit();
  await page.goto('/account/tokens');
  await provider.setGroups({ emil: ['luna-admins'] });
  await logInThere(page, 'emil');
  // The provider has not said when emil has logged in there.
  await page.getByLabel('Name').fill('nightly report');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
  assert.equal(await page.getByLabel('Password').count(), 0);
  await provider.setGroups({ emil: ['luna-admins'] });
  await page.getByRole('button', { name: 'Confirm with Corp' }).click();
  await passProvider(page, 'emil', false);
  await page.getByText('You have confirmed that it is you.').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('lat_').first().waitFor();
  const tokens = await site.server.db.query<{ name: string }>('select name from api_tokens');
  assert.deepEqual(tokens, [{ name: 'nightly report' }]);
});

test('a log-out here is a log-out there', async () => {
  const page = await visit();
  await page.goto('/login');
  await provider.setGroups({ dora: ['luna-admins'] });
  await logInThere(page, 'dora');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.getByRole('button', { name: 'Log in with Corp' }).click();
  // It asks again who it is.
  await page.getByPlaceholder('Enter any login').waitFor();
});

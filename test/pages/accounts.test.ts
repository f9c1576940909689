import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { openSite } from '../support/browser/site.ts';
import { logIn, registerAccount } from '../support/browser/visitor.ts';
import { rootLogin } from '../support/servers/apiServer.ts';

const site = openSite();
afterEach(() => site.server.db.query('delete from accounts where login <> $1', [rootLogin]));

test('a new account is of a type that can log in, unless another one is chosen', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/accounts');
  await page.getByRole('link', { name: 'New account' }).click();
  assert.equal(await page.getByLabel('Type').inputValue(), 'admin');
  await page.getByText('Only administrators can log in here.').waitFor();
  await page.getByLabel('Login').fill('new@example.com');
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('The account new@example.com was created.').waitFor();
  const theirs = await site.visit();
  await logIn(theirs, 'new@example.com', 'secret');
  await theirs.getByRole('heading', { name: 'Home' }).waitFor();
});

test('an account is edited: its type, its description and, if one is given, its password', async () => {
  await registerAccount(site.server, {
    login: 'branch@example.com',
    password: 'secret',
    account_type: 'user',
  });
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/accounts');
  await page.getByRole('link', { name: 'branch@example.com' }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('New password').fill('x');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('New password: ').waitFor();
  await page.getByLabel('New password').fill('');
  await page.getByLabel('Description').fill('The branch in the north');
  await page.getByLabel('Type').selectOption('Administrator');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The account branch@example.com was changed.').waitFor();
  await page.getByText('The branch in the north').waitFor();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('New password').fill('another secret');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The account branch@example.com was changed.').waitFor();

  const audited = await site.server.db.query<{ action: string; after: { account_type?: string } | null }>(
    `select action, after from audit where action in ('account.change', 'account.password') order by audit_id`,
  );
  assert.deepEqual(
    audited.map(({ action, after }) => [action, after?.account_type ?? null]),
    [
      ['account.change', 'admin'],
      ['account.password', null],
    ],
  );
  const theirs = await site.visit();
  await logIn(theirs, 'branch@example.com', 'another secret');
  await theirs.getByRole('heading', { name: 'Home' }).waitFor();
});

test('the last administrator stays one, and another one who steps down is signed out', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  const edit = async (): Promise<void> => {
    await page.goto('/accounts');
    await page.getByRole('link', { name: rootLogin }).last().click();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('link', { name: 'Change your password' }).waitFor();
    await page.getByLabel('Type').selectOption('User');
    await page.getByRole('button', { name: 'Save' }).click();
  };
  await edit();
  await page.getByRole('alert').getByText(`${rootLogin} is the last administrator`).waitFor();
  await registerAccount(site.server, {
    login: 'second@example.com',
    password: 'secret',
    account_type: 'admin',
  });
  await edit();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await site.server.db.query(`update accounts set account_type = 'admin' where login = $1`, [rootLogin]);
});

test('accounts are found by a part of their login or description, and by type', async () => {
  for (const [login, account_type] of [
    ['north@example.com', 'user'],
    ['south@example.com', 'advanced_user'],
  ] as const) {
    await registerAccount(site.server, { login, password: 'secret', account_type });
  }
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/accounts');
  const types = page.getByRole('navigation', { name: 'Type of account' });
  assert.match(await types.innerText(), /All 3\s+Administrators 1\s+Advanced users 1\s+Users 1/);
  const box = page.getByRole('searchbox', { name: 'Search accounts' });
  await box.fill('NORTH@');
  await box.press('Enter');
  await page.getByRole('link', { name: 'north@example.com' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'south@example.com' }).count(), 0);
  await types.getByRole('link', { name: 'Administrators 0' }).click();
  await page.getByText('No account matches.').waitFor();
});

test('another role ends the sessions of an account, and the last of the role Admin keeps it', async () => {
  await registerAccount(site.server, {
    login: 'helper@example.com',
    password: 'secret',
    account_type: 'admin',
  });
  const theirs = await site.visit();
  await logIn(theirs, 'helper@example.com', 'secret');
  await theirs.getByRole('link', { name: 'Audit' }).waitFor();
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/accounts');
  await page.getByRole('link', { name: 'helper@example.com' }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Role').selectOption('Viewer');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Administrator · Viewer').waitFor();
  await theirs.reload();
  await theirs.getByText('Your session has ended.').waitFor();
  await logIn(theirs, 'helper@example.com', 'secret');
  await theirs.getByRole('heading', { name: 'Home' }).waitFor();
  assert.equal(await theirs.getByRole('link', { name: 'Audit' }).count(), 0);

  await page.goto('/accounts');
  await page.getByRole('main').getByRole('link', { name: rootLogin }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Role').selectOption('Operator');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('is the last administrator and has to stay one').waitFor();
});

test('an auditor is led to the audit, and is told why another page is not shown', async () => {
  await registerAccount(site.server, {
    ...{ login: 'auditor@example.com', password: 'secret' },
    ...{ account_type: 'admin', role: 'auditor' },
  });
  const page = await site.visit();
  await logIn(page, 'auditor@example.com', 'secret');
  await page.getByRole('heading', { name: 'Audit' }).waitFor();
  const items = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
  assert.deepEqual(await items.allTextContents(), ['Tasks', 'Audit', 'Help']);
  await page.goto('/schedules/view');
  await page.getByText('this needs the role viewer or operator or admin').waitFor();
});

test('a form of an account that another administrator has changed meanwhile overwrites nothing until it is said', async () => {
  const login = 'shared@example.com';
  await registerAccount(site.server, { login, password: 'secret', account_type: 'user' });
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/accounts');
  await page.getByRole('link', { name: login }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  const address = page.url();
  await page.getByLabel('Description').fill('Berlin');

  const theirs = await page.context().newPage();
  await theirs.goto(address);
  await theirs.getByLabel('Description').fill('Hamburg');
  await theirs.getByLabel('New password').fill('another secret');
  await theirs.getByRole('button', { name: 'Save' }).click();
  await theirs.getByText(`The account ${login} was changed.`).waitFor();

  await page.getByRole('button', { name: 'Save' }).click();
  const conflict = page
    .getByRole('alert')
    .filter({ hasText: 'the account was changed while you were editing it' });
  await conflict.getByText('Hamburg').waitFor({ timeout: 5_000 });
  assert.equal(await conflict.getByRole('listitem').filter({ hasText: 'by root@visionlabs.ai' }).count(), 2);
  assert.equal(await page.getByLabel('Description').inputValue(), 'Berlin');
  const descriptionOf = async () =>
    (await site.server.db.query('select description from accounts where login = $1', [login]))[0];
  assert.deepEqual(await descriptionOf(), { description: 'Hamburg' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`The account ${login} was changed.`).waitFor();
  assert.deepEqual(await descriptionOf(), { description: 'Berlin' });
});

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { rootLogin, rootPassword, startApiServer, type ApiServer } from '../support/apiServer.ts';
import { createVisitor, logIn, registerAccount, type Visitor } from '../support/visitor.ts';

let site: ApiServer;
let browser: Browser;
let visitor: Visitor;

before(async () => {
  site = await startApiServer();
  browser = await launchBrowser();
});
afterEach(async () => {
  assert.deepEqual(visitor.complaints, []);
  await visitor.close();
});
after(async () => {
  await browser.close();
  await site.close();
});

test('whoever is not signed in is led to the log-in page and from there in', async () => {
  visitor = await createVisitor(browser, { url: site.url });
  const { page } = visitor;
  await page.goto('/tasks/view');
  assert.equal(new URL(page.url()).pathname, '/login');

  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/');

  await page.goto('/login');
  assert.equal(new URL(page.url()).pathname, '/', 'signed in, the log-in page leads home');

  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goto('/');
  assert.equal(new URL(page.url()).pathname, '/login');
});

test('a wrong password is answered with the form, the login still in it and the password not', async () => {
  visitor = await createVisitor(browser, { url: site.url });
  const { page } = visitor;
  await logIn(page, rootLogin, 'not this one');
  await page.getByRole('alert').getByText('The login or the password is wrong.').waitFor();
  assert.equal(await page.getByLabel('Login').inputValue(), rootLogin);
  assert.equal(await page.getByLabel('Password').inputValue(), '');
});

test('an account that is not an administrator is told so and stays outside', async () => {
  visitor = await createVisitor(browser, { url: site.url });
  const { page } = visitor;
  await registerAccount(site, { login: 'user@example.com', password: 'secret', account_type: 'user' });
  await logIn(page, 'user@example.com', 'secret');
  await page.getByRole('heading', { name: 'Account may not use the service' }).waitFor();
  await page.goto('/');
  assert.equal(new URL(page.url()).pathname, '/login');
});

test('the password of the first start is asked to be changed until it is', async () => {
  visitor = await createVisitor(browser, { url: site.url });
  const { page } = visitor;
  await registerAccount(site, { login: 'first@example.com', password: 'root', account_type: 'admin' });
  await logIn(page, 'first@example.com', 'root');
  await page.getByRole('link', { name: 'Change it now' }).click();

  await page.getByLabel('New password').fill('much better');
  await page.getByLabel('The same once more').fill('much worse');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('alert').getByText('differs').waitFor();

  await page.getByLabel('New password').fill('much better');
  await page.getByLabel('The same once more').fill('much better');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The password was changed.').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Change it now' }).count(), 0);

  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, 'first@example.com', 'much better');
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
});

test('a form that no page of this session has shown changes nothing', async () => {
  visitor = await createVisitor(browser, { url: site.url });
  const { page } = visitor;
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
  visitor = await createVisitor(browser, { url: site.url });
  const { page } = visitor;
  await logIn(page, rootLogin, rootPassword);
  await page.goto('/password');
  const token = await page.locator('input[name=_csrf]').first().inputValue();
  const answer = await page.request.post('/password', {
    form: { _csrf: token, password: 'stolen', again: 'stolen' },
    headers: { origin: 'http://evil.example.com' },
  });
  assert.equal(answer.status(), 403);
});

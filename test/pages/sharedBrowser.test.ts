import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { openSite } from '../support/browser/site.ts';
import { logIn, registerAccount } from '../support/browser/visitor.ts';
import { insertTask } from './taskRows.ts';
import { unfold } from './unfold.ts';

const site = openSite();

test('what an administrator typed and saved in a browser is shown to no other account in it', async () => {
  await insertTask(site.server.db);
  const colleague = { login: 'next@example.com', password: 'secret' };
  await registerAccount(site.server, { ...colleague, account_type: 'admin' });
  const page = await site.signedIn();
  await page.goto('/tasks/view?text=night');
  await page.getByLabel('Save this filter as').fill('Night');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const saved = page.getByRole('link', { name: 'Night', exact: true });
  await saved.waitFor();
  await page.goto('/tasks/new?kind=extract-faces');
  await unfold(page);
  await page.getByLabel('Description').fill('for my eyes only');
  await page.getByLabel('Description').blur();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL('**/login');

  await logIn(page, colleague.login, colleague.password);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  for (let steps = 0; steps < 5 && !page.url().includes('/tasks/new'); steps++) await page.goBack();
  await page.waitForLoadState();
  await unfold(page);
  assert.equal(await page.getByLabel('Description').inputValue(), '');
  const kept = await page.evaluate<string>('JSON.stringify(history.state)');
  assert.ok(!kept.includes('eyes'), 'nor is it kept');
  await page.goto('/tasks/view?text=other');
  await page.getByLabel('Save this filter as').waitFor();
  assert.equal(await saved.count(), 0);

  await page.getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL('**/login');
  await logIn(page, rootLogin, rootPassword);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.goto('/tasks/view');
  await saved.waitFor({ timeout: 5_000 });
});

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { waitFor } from '../support/waitFor.ts';

const site = openSite();
afterEach(() => site.server.db.query('delete from sessions'));

const halfAnHourMs = 30 * 60_000;
const isBlank = (page: Page) =>
  waitFor('a page without anything', async () => (await page.locator('body > *').count()) === 0);

test('a page whose session has ended by time goes to the log-in, which leads back to it', async () => {
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto('/accounts');
  // The session is still there: another tab has used it.
  const asked = page.waitForRequest('**/account');
  await page.clock.runFor(halfAnHourMs);
  await (await asked).response();
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  await site.server.db.query('delete from sessions');
  await page.clock.runFor(2 * 60_000);
  await page.waitForURL('**/login');
  await page.getByText('Your session has ended. Log in to continue where you were.').waitFor();
});

test('a log-out in one tab takes away what the others show', async () => {
  const page = await site.signedIn();
  await page.goto('/accounts');
  const other = await page.context().newPage();
  await other.goto('/account');
  await other.getByRole('button', { name: 'Log out' }).click();
  await other.waitForURL('**/login');
  await page.waitForURL('**/login');
});

test('what a page shows is taken away although the service cannot be reached', async () => {
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto('/accounts');
  await page.route('**/*', (route) => route.abort());
  await page.clock.runFor(halfAnHourMs);
  await isBlank(page);
  site.visitor.complaints.length = 0;
});

test('a page that the browser has kept is shown again only while the session lasts', async () => {
  const page = await site.signedIn();
  await page.goto('/accounts');
  const show = () => page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
  await show();
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  await site.server.db.query('delete from sessions');
  await show();
  assert.equal(await page.getByRole('heading', { name: 'Accounts' }).isVisible(), false);
  await page.waitForURL('**/login');
});

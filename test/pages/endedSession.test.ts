import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { openSite } from '../support/browser/site.ts';
import { waitFor } from '../support/waitFor.ts';

const site = openSite();

test('what was typed outlives the session, and is sent after a log-in in another tab', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new');
  await page.getByLabel('Descriptor version to extract').selectOption('3');
  await page.getByLabel('User data').fill('vip');
  await page.getByLabel('Description').fill('typed over lunch');
  await site.server.db.query('delete from sessions');
  await page.getByRole('button', { name: 'Start extract' }).click();

  const notice = page.getByRole('alert');
  await notice.and(page.locator(':focus')).waitFor();
  await notice.getByText('what you typed is still here').waitFor();
  const [other] = await Promise.all([
    page.waitForEvent('popup'),
    notice.getByRole('link', { name: 'Log in in another tab' }).click(),
  ]);
  await other.getByLabel('Login').fill(rootLogin);
  await other.getByLabel('Password').fill(rootPassword);
  await other.getByRole('button', { name: 'Log in', exact: true }).click();
  await other.getByRole('button', { name: 'Log out' }).waitFor();
  await other.close();

  await page.getByRole('button', { name: 'Start extract' }).click();
  await page.getByText('was created.').waitFor();
  const made = await site.server.db.query('select description from tasks');
  assert.deepEqual(made, [{ description: 'typed over lunch' }]);
});

test('a form goes its own way when nobody can be asked whether the session is there', async () => {
  const page = await site.signedIn();
  await page.goto('/schedules/new');
  await page.getByLabel('Cron expression').fill('0 4 * * SUN');
  await page.route('**/schedules/new*', (route) =>
    route.request().method() === 'GET' ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'Show next runs' }).click();
  await page.getByText('Next runs', { exact: true }).waitFor();
  site.visitor.complaints.length = 0;
});

test('home that looks again by itself says whether somebody has used it, and when the session has ended', async () => {
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto('/');
  await page.getByText('live', { exact: true }).first().waitFor();
  const looks: string[] = [];
  page.on('request', (request) => {
    const use = request.headers()['live-refresh'];
    if (use !== undefined) looks.push(use);
  });
  // The page counts its minute from when it has shown the look before, which may be after the clock was moved.
  const minutesUntil = (what: string, isSo: () => Promise<boolean> | boolean) =>
    waitFor(what, async () => {
      await page.clock.runFor(65_000);
      return isSo();
    });
  await minutesUntil('a look', () => looks.length > 0);
  await page.keyboard.press('Tab');
  await minutesUntil('a look after a key, and another one', () => looks.slice(0, -1).includes('used'));
  assert.match(looks.join(' '), /^(unused )+used( unused)+$/);
  await site.server.db.query('delete from sessions');
  const words = page.getByText('Your session has ended. Log in to continue where you were.');
  await minutesUntil('the end of the session to be told', () => words.isVisible());
});

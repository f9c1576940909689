import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

test('what was typed outlives the session, and is sent after a log-in in another tab', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new');
  await page.getByLabel('Descriptor version to extract').selectOption('3');
  await page.getByLabel('Description').fill('typed over lunch');
  await site.server.db.query('delete from sessions');
  await page.getByRole('button', { name: 'Start the extract' }).click();

  const notice = page.getByRole('alert');
  await notice.and(page.locator(':focus')).waitFor();
  await notice.getByText('what you typed is still here').waitFor();
  const [other] = await Promise.all([
    page.waitForEvent('popup'),
    notice.getByRole('link', { name: 'Log in in another tab' }).click(),
  ]);
  await other.getByLabel('Login').fill(rootLogin);
  await other.getByLabel('Password').fill(rootPassword);
  await other.getByRole('button', { name: 'Log in' }).click();
  await other.getByRole('button', { name: 'Log out' }).waitFor();
  await other.close();

  await page.getByRole('button', { name: 'Start the extract' }).click();
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
  await page.getByRole('button', { name: 'Show the next runs' }).click();
  await page.getByRole('heading', { name: 'It would run next' }).waitFor();
  site.visitor.complaints.length = 0;
});

test('home that looks again by itself says whether somebody has used it, and when the session has ended', async () => {
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto('/');
  await page.getByText('live', { exact: true }).first().waitFor();
  const nextLook = async () => {
    const look = page.waitForRequest((request) => request.headers()['live-refresh'] !== undefined);
    await page.clock.runFor(65_000);
    const request = await look;
    await (await request.response())?.finished();
    return request.headers()['live-refresh'];
  };
  assert.equal(await nextLook(), 'unused');
  await page.keyboard.press('Tab');
  assert.equal(await nextLook(), 'used');
  assert.equal(await nextLook(), 'unused');
  await site.server.db.query('delete from sessions');
  await nextLook();
  await page.getByText('Your session has ended. Log in to go on where you were.').waitFor();
});

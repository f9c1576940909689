import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSite } from '../support/site.ts';

const site = openSite({ environmentName: 'staging' });

test('every page says which environment it is of, also before the log-in and beside the documents', async () => {
  const page = await site.signedIn();
  for (const address of ['/', '/tasks/view', '/nowhere', '/docs/errors']) {
    await page.goto(address);
    await page.getByRole('banner').getByText('Environment: staging', { exact: true }).waitFor();
  }
  await page.context().clearCookies();
  await page.goto('/login');
  await page.getByRole('banner').getByText('Environment: staging', { exact: true }).waitFor();
  site.visitor.complaints.length = 0;
});

test('without a name there is nothing to say', async () => {
  const unnamed = await site.another({ environmentName: null });
  const page = await site.visit({ url: unnamed.url });
  await page.goto('/login');
  await page.getByRole('heading', { name: 'Log in', level: 1 }).waitFor();
  assert.equal(await page.getByText('Environment').count(), 0);
});

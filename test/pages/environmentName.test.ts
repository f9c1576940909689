import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';

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

test('the head of a page of 800 pixels stays one row beside the name, and nothing in it overlaps', async () => {
  const page = await site.signedIn({ viewport: { width: 800, height: 800 } });
  await page.goto('/');
  const head = page.getByRole('banner');
  const boxOf = async (part: Locator) => (await part.boundingBox()) ?? assert.fail('it is not seen');
  const name = await boxOf(head.getByText('staging'));
  const navigation = await boxOf(head.getByRole('navigation'));
  const logOut = await boxOf(head.getByRole('button', { name: 'Log out' }));
  assert.ok(name.x + name.width < navigation.x, 'the name ends where the navigation begins');
  assert.ok(navigation.x + navigation.width < logOut.x, 'the navigation ends where the log-out begins');
  assert.ok(logOut.y < navigation.y + navigation.height, 'the log-out is in the row of the navigation');
});

test('without a name there is nothing to say', async () => {
  const unnamed = await site.another({ environmentName: undefined });
  const page = await site.visit({ url: unnamed.url });
  await page.goto('/login');
  await page.getByRole('heading', { name: 'Log in', level: 1 }).waitFor();
  assert.equal(await page.getByText('Environment').count(), 0);
});

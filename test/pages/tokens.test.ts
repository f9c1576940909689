import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

test('a token is made on the page of your account, is shown once, works, and is revoked', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/account');
  await page.getByRole('link', { name: 'API tokens' }).click();
  await page.getByText('No tokens.').waitFor();
  await page.getByLabel('Networks').fill('10.0.0.0/99');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByRole('alert').getByText('Name: ').waitFor();
  await page.getByLabel('Name').fill('nightly-report');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByRole('alert').getByText('10.0.0.0/99 is no address').waitFor();
  await page.getByLabel('Networks').fill('127.0.0.0/8');
  await page.getByLabel('Role').selectOption('Viewer');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByText('It is not shown again.').waitFor();
  const token = await page.getByRole('status').getByText(/^lat_/).textContent();
  const ask = () => fetch(`${site.server.url}/4/tasks`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await ask()).status, 200);

  await page.goto('/account/tokens');
  assert.equal(await page.getByText(/lat_/).count(), 0);
  const row = page.getByRole('row').filter({ hasText: 'nightly-report' });
  await row.getByText('Only from 127.0.0.0/8').waitFor();
  await row.getByText('Revoke…').click();
  await row.getByRole('button', { name: 'Revoke token' }).click();
  await page.getByText('The token was revoked.').waitFor();
  await row.getByText('Revoked').waitFor();
  assert.equal((await ask()).status, 401);
});

test('who administers accounts revokes the token of another account on its page', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/account/tokens');
  await page.getByLabel('Name').fill('left behind');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByText('It is not shown again.').waitFor();
  await page.goto('/accounts');
  await page.getByRole('main').getByRole('link', { name: 'root@visionlabs.ai' }).click();
  const row = page.getByRole('row').filter({ hasText: 'left behind' });
  await row.getByText('Revoke…').click();
  await row.getByRole('button', { name: 'Revoke token' }).click();
  await page.getByText('The token was revoked.').waitFor();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSealStore } from '../../db/audit/sealStore.ts';
import { builtIn } from '../../extraction/catalogue/catalogue.ts';
import type { Network } from '../../extraction/catalogue/network.ts';
import { settings } from '../../platform/settings/settings.ts';
import { openSite } from '../support/browser/site.ts';
import { textsOf } from '../support/browser/textsOf.ts';

const site = openSite();

test('every setting is shown with what it is for, and no secret', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/');
  await page.getByRole('link', { name: 'Help', exact: true }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();

  const names = await textsOf(page.locator('dl dt'));
  assert.deepEqual(names.sort(), Object.keys(settings).sort());
  const text = await page.getByRole('main').innerText();
  assert.doesNotMatch(text, /hidden/, 'the secrets that the tests start it with');
  const database = page.getByRole('region', { name: 'Database' });
  assert.match(await database.innerText(), /DATABASE_URL\s+\*{5}\s+PostgreSQL 14 or newer/);
  assert.match(await database.innerText(), /MIGRATION_DATABASE_URL\s+not set/);
  await page.getByRole('region', { name: 'Notifications' }).getByText('NOTIFICATION_HOSTS').waitFor();
  await page.getByText('New entries are sent nowhere. Set AUDIT_WEBHOOK or AUDIT_FILE').waitFor();
  const old = page.getByRole('row').filter({ hasText: 'Audit entries' });
  assert.match(await old.innerText(), /as AUDIT_RETENTION_DAYS says\s+0\s+0\s+–/);
  const server = page.getByRole('region', { name: 'HTTP server' });
  assert.match(await server.innerText(), /PORT\s+5010\s+Port the API listens on/);
});

test('only administrators see the settings', async () => {
  const page = await site.visit();
  await page.goto('/settings/view');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
});

test('the settings say when other machines reach the service without HTTPS', async () => {
  const page = await site.signedIn();
  await page.goto('/settings/view');
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  assert.equal(await page.getByText('No HTTPS.').count(), 0, 'it is reached on loopback');
  const open = await site.another({ host: '0.0.0.0' });
  const there = await site.signedIn({ url: open.url });
  await there.goto('/settings/view');
  await there.getByRole('alert').getByText('No HTTPS.').waitFor();
});

test('the settings say how far the audit feed is behind, and why', async () => {
  const feeding = await site.another({ auditFile: '/var/log/luna-admin/audit.ndjson' });
  const page = await site.signedIn({ url: feeding.url });
  await site.server.db.execute(
    `insert into audit_feeds (feed, fault, failures, next_time)
     values ('file', 'ENOSPC: no space left on device', 3, now() + interval '1 minute')`,
  );
  assert.ok((await createSealStore(site.server.db).seal()) > 0);
  await page.goto('/settings/view');
  const row = page.getByRole('row').filter({ hasText: 'AUDIT_FILE' });
  assert.match(
    await row.innerText(),
    /^File\s*AUDIT_FILE\s+[1-9]\d*\s+\S.*ENOSPC: no space left on device\s*3 failed attempts; next attempt .*–$/s,
  );
});

test('the settings say which connections to other machines are not encrypted', async () => {
  const page = await site.signedIn();
  await page.goto('/settings/view');
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  assert.equal(await page.getByText('Not encrypted').count(), 0, 'everything is on this machine');
  const remote = { ...builtIn[0], server: { protocol: 'json', url: 'http://extractor.example/extract' } };
  const other = await site.another({ networks: [...builtIn, remote as Network] });
  const there = await site.signedIn({ url: other.url });
  await there.goto('/settings/view');
  const notice = there.getByText('Not encrypted').locator('..');
  assert.match(await notice.innerText(), /Use https for http:\/\/extractor\.example\/extract\./);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSite } from '../support/browser/site.ts';
import { insertTask, setState } from './taskRows.ts';
import { insertUpgrade, ratePerSecond } from './upgradeRows.ts';

const site = openSite();
const inTokyo = { timezoneId: 'Asia/Tokyo' };

test('times are UTC until local time is chosen, and that is kept', async () => {
  const taskId = await insertTask(site.server.db, { state: 'done' });
  await site.server.db.query("update tasks set create_time = '2026-03-01T20:00:30Z' where task_id = $1", [
    taskId,
  ]);
  const page = await site.signedIn(inTokyo);
  await page.goto(`/tasks/${taskId}/view`);
  const created = page.locator('time[datetime^="2026-03-01T20:00:30"]').first();
  const footer = page.getByRole('contentinfo');
  const choices = page.getByRole('group', { name: 'Times' });
  assert.equal(await created.innerText(), '2026-03-01 20:00:30');
  await footer.getByText('all times are UTC').waitFor();

  await choices.getByRole('button', { name: 'Local time' }).click();
  assert.equal(await created.innerText(), '2026-03-02 05:00:30');
  assert.equal(await created.getAttribute('title'), '2026-03-01 20:00:30 UTC');
  await footer.getByText('times are GMT+9 (Asia/Tokyo), in charts and filters UTC').waitFor();
  const ago = page.locator('time[data-ago][datetime^="2026-03-01T20:00:30"]');
  assert.equal(await ago.getAttribute('title'), '2026-03-02 05:00:30 GMT+9, 2026-03-01 20:00:30 UTC');

  await page.reload();
  assert.equal(await created.innerText(), '2026-03-02 05:00:30');
  const pressed = choices.locator('[aria-pressed=true]');
  assert.equal(await pressed.innerText(), 'Local time');
  await choices.getByRole('button', { name: 'UTC' }).click();
  assert.equal(await created.innerText(), '2026-03-01 20:00:30');
  assert.equal(await ago.getAttribute('title'), '2026-03-01 20:00:30 UTC');
  await footer.getByText('all times are UTC').waitFor();
});

test('what a live page swaps in is local time, too', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn(inTokyo);
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Local time' }).click();
  await setState(site.server.db, taskId, 'done');
  const ended = page.getByRole('definition').locator('time:not([data-ago])').last();
  await page.getByRole('term').filter({ hasText: 'Ended' }).waitFor();
  const iso = (await ended.getAttribute('datetime')) ?? '';
  const there = new Date(Date.parse(iso) + 9 * 3_600_000).toISOString();
  assert.equal(await ended.innerText(), there.slice(0, 19).replace('T', ' '));
});

test('the end of an upgrade is told by the own clock, with UTC beside it', async () => {
  await insertUpgrade(site.server.db, {
    step: 'extract',
    tasks: { extract: { state: 'running', expected: 60 * ratePerSecond, done: 0 } },
  });
  const page = await site.signedIn(inTokyo);
  await page.goto('/');
  const card = page.getByRole('region', { name: 'Network upgrade' });
  const end = card.locator('time[data-clock]');
  assert.match(await end.innerText(), /^(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC$/);
  await page.getByRole('button', { name: 'Local time' }).click();
  const [, local = '', utc = ''] = /(\d\d:\d\d) \(.*(\d\d:\d\d) UTC\)$/.exec(await end.innerText()) ?? [];
  const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  assert.equal((minutes(local) - minutes(utc) + 1_440) % 1_440, 540);
});

test('without scripts there is no choice, and times are UTC', async () => {
  await insertTask(site.server.db, { state: 'done' });
  const page = await site.signedIn({ ...inTokyo, javaScriptEnabled: false });
  await page.goto('/');
  await page.getByRole('contentinfo').getByText('all times are UTC').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Local time' }).count(), 0);
});

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Page, Request } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

afterEach(() => site.server.db.query('delete from schedules'));

/** A schedule that the engine follows already; its id. */
async function insertSchedule(description: string, cron = '30 2 * * *'): Promise<number> {
  const [row] = await site.server.db.query<{ schedule_id: number }>(
    `insert into schedules (task_type, description, content, cron, time_zone, active, followed_revision)
     values (4, $1, $2, $3, 'UTC', true, 1) returning schedule_id`,
    [description, JSON.stringify({ target: 'faces', filters: {}, remove_samples: true }), cron],
  );
  return row?.schedule_id ?? 0;
}

async function change(scheduleId: number, assignment: string): Promise<void> {
  await site.server.db.query(`update schedules set ${assignment} where schedule_id = $1`, [scheduleId]);
}

const cardOf = (page: Page, description: string) =>
  page.getByRole('region', { name: 'Remove faces' }).filter({ hasText: description });

async function openSchedules(): Promise<Page> {
  const page = await site.signedIn();
  await page.goto('/schedules/view');
  await page.getByText('live', { exact: true }).waitFor();
  await page.evaluate("document.body.dataset.mark = 'same page'");
  return page;
}

test('what others and the engine do to schedules is seen without a reload', async () => {
  const nightly = await insertSchedule('nightly');
  const page = await openSchedules();
  const card = cardOf(page, 'nightly');
  await card.getByText('none yet').waitFor();

  await change(nightly, 'active = false, revision = revision + 1');
  await card.getByText('Stopped', { exact: true }).waitFor();
  await card.getByText('none while stopped').waitFor();
  await change(nightly, 'active = true, revision = revision + 1');
  await card.getByText('Waiting for the engine').waitFor();
  await change(nightly, 'followed_revision = revision');
  await card.getByText('Started', { exact: true }).waitFor();
  await change(
    nightly,
    `last_run = '{"scheduled_time": "2026-01-31T02:30:00.000Z", "outcome": "skipped", "task_id": null, "failure": null}'`,
  );
  await card.getByText('2026-01-31 02:30:00').waitFor();

  await insertSchedule('weekly');
  await cardOf(page, 'weekly').waitFor();
  await change(nightly, 'removed = true, active = false');
  await card.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate('document.body.dataset.mark'), 'same page');
});

test('what was said of a schedule goes when others have changed it since', async () => {
  const nightly = await insertSchedule('nightly');
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto('/schedules/view');
  await cardOf(page, 'nightly').getByRole('button', { name: 'Stop' }).click();
  const said = page.getByText(`Schedule ${nightly} was stopped.`);
  await said.waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await change(nightly, 'active = true');
  await cardOf(page, 'nightly').getByRole('button', { name: 'Stop' }).waitFor();
  await page.clock.fastForward(5_000);
  await said.waitFor({ state: 'detached' });
});

test('what was missed while the line was broken is there once it is mended', async () => {
  const nightly = await insertSchedule('nightly');
  const page = await openSchedules();
  await page.route('**/events', (route) => route.abort());
  site.server.endStreams();
  await page.getByText(/^Not updated since \d\d:\d\d:\d\d UTC; retrying$/).waitFor();
  await change(nightly, 'active = false');
  await page.unroute('**/events');
  await cardOf(page, 'nightly').getByText('Stopped', { exact: true }).waitFor();
  site.visitor.complaints.length = 0;
});

test('a schedule that comes in takes nobody away from the one they are at', async () => {
  await insertSchedule('nightly');
  const page = await openSchedules();
  const card = cardOf(page, 'nightly');
  await card.getByRole('button', { name: 'Delete…' }).focus();
  await insertSchedule('weekly');
  await cardOf(page, 'weekly').waitFor();
  await card.getByRole('button', { name: 'Delete…' }).and(page.locator(':focus')).waitFor();
});

test('a run whose time has come leaves the next ones though nobody tells of it', async () => {
  await insertSchedule('hourly', '0 * * * *');
  const page = await site.signedIn();
  await page.clock.install();
  const isRefresh = (request: Request) => request.headers()['live-refresh'] !== undefined;
  const caughtUp = page.waitForRequest(isRefresh);
  await page.goto('/schedules/view');
  await caughtUp;
  const shown = await cardOf(page, 'hourly').locator('time').first().getAttribute('datetime');
  const asked = page.waitForRequest(isRefresh);
  await page.clock.fastForward(Date.parse(shown ?? '') - Date.now() + 10_000);
  await asked;
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { advanceTask, insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

/** As a browser tells a page that its tab was left or chosen. */
async function setVisibility(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate(
    `Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${state}' });
     document.dispatchEvent(new Event('visibilitychange'));`,
  );
}

test('a hidden page gives up its stream and has everything when it is seen again', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();

  const isGivenUp = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'));
  await setVisibility(page, 'hidden');
  await page.getByText('paused', { exact: true }).waitFor();
  await isGivenUp;

  await advanceTask(site.server.db, taskId, 350);
  await setVisibility(page, 'visible');
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByText('750 of 1,000').waitFor();
  await advanceTask(site.server.db, taskId, 450);
  await page.getByText('850 of 1,000').waitFor();
});

test('a page whose stream was refused does not come back while it is hidden', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.clock.install();
  await page.route('**/events', (route) => route.fulfill({ status: 503 }));
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText(/^Not updated since \d\d:\d\d:\d\d UTC; retrying$/).waitFor();
  await setVisibility(page, 'hidden');
  await page.unroute('**/events');
  await page.clock.runFor(60_000);
  await page.getByText('paused', { exact: true }).waitFor();
  await setVisibility(page, 'visible');
  await page.getByText('live', { exact: true }).waitFor();
  site.visitor.complaints.length = 0;
});

test('boxes that are ticked stay ticked when the list refreshes itself', async () => {
  const first = await insertTask(site.server.db);
  const second = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto('/tasks/view');
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByLabel(`Select task ${first}`, { exact: true }).check();
  const third = await insertTask(site.server.db);
  await page.getByLabel(`Select task ${third}`, { exact: true }).waitFor();
  const isTicked = (taskId: number) => page.getByLabel(`Select task ${taskId}`, { exact: true }).isChecked();
  assert.deepEqual(
    [await isTicked(first), await isTicked(second), await isTicked(third)],
    [true, false, false],
  );
});

test('the focus stays on the box of its task when another task comes in above it', async () => {
  const first = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto('/tasks/view');
  await page.getByText('live', { exact: true }).waitFor();
  const box = page.getByLabel(`Select task ${first}`, { exact: true });
  await box.focus();
  const second = await insertTask(site.server.db);
  await page.getByLabel(`Select task ${second}`, { exact: true }).waitFor();
  await box.and(page.locator(':focus')).waitFor();
});

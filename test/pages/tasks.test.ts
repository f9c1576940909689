import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { rootLogin } from '../support/servers/apiServer.ts';
import { waitFor } from '../support/waitFor.ts';
import { advanceTask, insertError, insertTask, setState } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

test('an extract is started from its form and told to the engine', async () => {
  const page = await site.signedIn();
  await page.goto('/');
  await page.getByRole('link', { name: 'New task' }).first().click();
  await page.getByLabel('Descriptor version to extract').selectOption('3');
  await page.getByLabel('Created from', { exact: true }).fill('now-30d');
  await page.getByLabel('Description').fill('Upgrade, step 1');
  await page.getByRole('button', { name: 'Start extract' }).click();

  await page.getByRole('heading', { name: 'Extract face descriptors of version 3' }).waitFor();
  await page.getByText('was created.').waitFor();
  await page.getByText('Upgrade, step 1').waitFor();
  const taskId = Number(/\/tasks\/(\d+)\/view/.exec(page.url())?.[1]);
  const requestId = site.server.told[0]?.requestId;
  assert.deepEqual(site.server.told, [{ call: 'start', taskId, generation: 1, requestId }]);
  assert.match(requestId ?? '', /^1?\d*,?[0-9a-f-]{36}$/);
  const [row] = await site.server.db.query<{ content: { filters: Record<string, string> } }>(
    'select content from tasks where task_id = $1',
    [taskId],
  );
  assert.match(row?.content.filters['create_time__gte'] ?? '', /^\d{4}-.*Z$/, 'relative times are frozen');
});

test('attributes of events are asked for in the same form', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new');
  await page.getByRole('link', { name: 'Extract for events' }).click();
  await page.getByLabel('What', { exact: true }).selectOption('basic_attributes');
  await page.getByLabel('User data').fill('door');
  await page.getByRole('button', { name: 'Start extract' }).click();

  await page.getByRole('heading', { name: 'Extract basic attributes', level: 1 }).waitFor();
  await page.getByText('events with a sample and without them').waitFor();
  const taskId = Number(/\/tasks\/(\d+)\/view/.exec(page.url())?.[1]);
  const [row] = await site.server.db.query<{ content: object }>(
    'select content from tasks where task_id = $1',
    [taskId],
  );
  assert.deepEqual(row?.content, {
    extraction_target: 'basic_attributes',
    options: { missing: true, attributes_version: 1 },
    filters: { objects_type: 'events', user_data: 'door' },
    store_results: true,
  });
});

test("a task's progress, state and buttons move without a reload", async () => {
  const taskId = await insertTask(site.server.db, { description: 'watched' });
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();
  const bar = page.getByRole('progressbar');
  assert.equal(await bar.getAttribute('aria-valuenow'), '40');
  await page.evaluate("document.body.dataset.mark = 'same page'");

  await advanceTask(site.server.db, taskId, 350);
  await waitFor('the bar at 75 %', async () => (await bar.getAttribute('aria-valuenow')) === '75');
  assert.match(await page.getByRole('main').innerText(), /750 of 1,000/);

  await insertError(site.server.db, taskId, 'no such file');
  await setState(site.server.db, taskId, 'cancelling');
  await page.locator('.page-head').getByText('Cancelling').waitFor();
  await page.getByText('no such file', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0);
  await setState(site.server.db, taskId, 'cancelled');
  await page.getByRole('button', { name: 'Retry', exact: true }).waitFor();
  assert.equal(await page.evaluate('document.body.dataset.mark'), 'same page');
});

test('the list of tasks moves without a reload and shows new tasks', async () => {
  const taskId = await insertTask(site.server.db, { description: 'in the list' });
  const page = await site.signedIn();
  await page.goto('/tasks/view');
  const row = page.getByRole('row').filter({ hasText: 'in the list' });
  await page.getByText('live', { exact: true }).waitFor();
  await advanceTask(site.server.db, taskId, 100);
  await row.getByText('500 of 1,000').waitFor();
  await insertTask(site.server.db, { description: 'came later' });
  await page.getByRole('row').filter({ hasText: 'came later' }).waitFor();
});

test('however fast a task moves, a page changes about once a second', async () => {
  const taskId = await insertTask(site.server.db, { expected: 100_000 });
  const first = await site.signedIn();
  const watch = async (address: string): Promise<Page> => {
    const page = await first.context().newPage();
    await page.goto(address);
    await page.getByText('live', { exact: true }).waitFor();
    // What changes together is one change; a chart is drawn after the change that brings it, and time goes by itself.
    await page.evaluate(`{
      const times = (window.times = []);
      const isOfPage = ({ target }) => (target.closest ? target : target.parentElement).closest('.chart, [data-ago]') === null;
      new MutationObserver((changes) => {
        const now = performance.now();
        if (changes.some(isOfPage) && !(now - times.at(-1) < 100)) times.push(now);
      }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    }`);
    return page;
  };
  const pages = await Promise.all(['/', '/tasks/view', `/tasks/${taskId}/view`].map(watch));
  const changes = 5;
  let handled = 0;
  await waitFor('the pages to change', async () => {
    await advanceTask(site.server.db, taskId, (handled += 10));
    const counts = await Promise.all(pages.map((page) => page.evaluate<number>('window.times.length')));
    return handled > 10 * 2 * changes && counts.every((count) => count >= changes);
  });
  for (const page of pages) {
    const times = await page.evaluate<number[]>('window.times');
    const seconds = ((times[changes - 1] ?? 0) - (times[0] ?? 0)) / 1_000;
    assert.ok(seconds > changes - 1.5, `${page.url()} has changed ${changes} times in ${seconds} s`);
  }
});

test('a page whose stream has broken says so and recovers by itself', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();
  await page.route('**/events', (route) => route.abort());
  site.server.endStreams();
  await page.getByText(/^Not updated since \d\d:\d\d:\d\d UTC; retrying$/).waitFor();
  await page.unroute('**/events');
  await page.getByText('live', { exact: true }).waitFor();
  await advanceTask(site.server.db, taskId, 200);
  await page.getByText('600 of 1,000').waitFor();
  site.visitor.complaints.length = 0;
});

test('a page says when the service cannot read its tasks, and goes on when it can', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();
  await site.server.db.query('alter table tasks rename to tasks_elsewhere');
  try {
    await site.server.db.query("select pg_notify('luna_tasks', $1::text)", [taskId]);
    await page.getByText(/^Database away; not updated since \d\d:\d\d:\d\d UTC$/).waitFor();
  } finally {
    await site.server.db.query('alter table tasks_elsewhere rename to tasks');
  }
  await page.getByText('live', { exact: true }).waitFor();
  await advanceTask(site.server.db, taskId, 200);
  await page.getByText('600 of 1,000').waitFor();
  site.visitor.complaints.length = 0;
});

test('while somebody is about to confirm, all but the buttons moves on, and Escape or "Keep it" leaves all as it was', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();
  const badge = page.locator('.page-head .status');
  const dialog = page.getByRole('dialog', { name: 'Cancel task' });
  await page.getByRole('button', { name: 'Cancel…' }).press('Enter');
  await dialog.getByRole('button', { name: 'Keep it' }).and(page.locator(':focus')).waitFor();
  await setState(site.server.db, taskId, 'paused');
  await badge.getByText('Paused').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Resume', includeHidden: true }).count(), 0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await dialog.waitFor({ state: 'hidden' });

  await page.getByRole('button', { name: 'Cancel…' }).click();
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await setState(site.server.db, taskId, 'done');
  await badge.getByText('Done').waitFor();
  await dialog.waitFor({ state: 'detached' });
});

test('after an action the focus is on what was said of it, which goes when the task has moved on', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByRole('button', { name: 'Pause' }).click();
  const said = page.getByText('The task is being paused.');
  await said.and(page.locator(':focus')).waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await setState(site.server.db, taskId, 'paused');
  await page.locator('.page-head').getByText('Paused').waitFor();
  await page.clock.fastForward(5_000);
  await said.waitFor({ state: 'detached' });
  await page.locator('main:focus').waitFor();
});

test('pausing, cancelling, retrying and deleting work without JavaScript', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('The task is being paused.').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('The task has resumed.').waitFor();

  await page.getByText('Cancel…').click();
  await page.getByRole('button', { name: 'Cancel task' }).click();
  await page.getByText('The task is being cancelled.').waitFor();
  await setState(site.server.db, taskId, 'cancelled');
  await page.reload();
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await page.getByText('The task has been retried.').waitFor();
  assert.deepEqual(
    site.server.told
      .filter((call) => call.taskId === taskId)
      .map(({ call, generation }) => `${call} ${generation}`),
    ['control 1', 'control 1', 'control 1', 'start 2'],
  );

  await setState(site.server.db, taskId, 'done');
  await page.reload();
  await page.getByText('Delete…').click();
  await page.getByRole('button', { name: 'Delete task' }).click();
  await page.getByText(`Task ${taskId} was deleted.`).waitFor();
  assert.equal(new URL(page.url()).pathname, '/tasks/view');
});

test('a button that comes too late says why nothing happened', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/${taskId}/view`);
  await setState(site.server.db, taskId, 'done');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('alert').getByText('the task is done').waitFor();
});

test('accounts are created and removed from their pages', async () => {
  const page = await site.signedIn();
  await page.goto('/accounts');
  await page.getByRole('link', { name: 'New account' }).click();
  await page.getByLabel('Login').fill('Not Right');
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Check these fields' }).waitFor();

  await page.getByLabel('Login').fill('branch@example.com');
  await page.getByLabel('Password').fill('violet harbour at noon');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'branch@example.com' }).waitFor();

  await page.getByText('Remove…').click();
  await page.getByRole('button', { name: 'Delete account' }).click();
  await page.getByText('The account was deleted.').waitFor();
  assert.equal(await page.getByText('branch@example.com').count(), 0);
});

test('the last administrator cannot be removed and is told so', async () => {
  const page = await site.signedIn();
  await page.goto('/accounts');
  await page.getByRole('link', { name: rootLogin }).last().click();
  await page.getByText('Remove…').click();
  await page.getByRole('button', { name: 'Delete account' }).click();
  await page.getByRole('alert').getByText('is the last administrator').waitFor();
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';
import { textsOf } from '../support/browser/textsOf.ts';

const site = openSite();

beforeEach(() => site.server.db.query('delete from tasks'));

const open = async (query = ''): Promise<Page> => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/view${query}`);
  return page;
};

const described = (page: Page): Promise<string[]> => textsOf(page.locator('.cell-task .note'));

test('tasks are filtered in the address, by words, who made them, kind and time', async () => {
  const db = site.server.db;
  const old = await insertTask(db, { description: 'Upgrade 50% of Berlin', taskType: 4 });
  await insertTask(db, { description: 'upgrade 50 of Rome', state: 'done' });
  const made = await insertTask(db, { description: 'made by a branch' });
  await db.query("update tasks set create_time = now() - interval '2 days' where task_id = $1", [old]);
  await db.query("update tasks set created_by_login = 'branch@example.com' where task_id = $1", [made]);

  const page = await open();
  assert.equal((await described(page)).length, 3);
  await page.getByLabel('Text').fill('UPGRADE');
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.deepEqual(await described(page), ['upgrade 50 of Rome', 'Upgrade 50% of Berlin']);
  assert.equal(new URL(page.url()).searchParams.get('text'), 'UPGRADE');
  await page.getByLabel('Kind').selectOption('Garbage collection');
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.deepEqual(await described(page), ['Upgrade 50% of Berlin']);
  await page.getByRole('link', { name: 'Show all', exact: true }).click();

  for (const [query, expected] of [
    ['text=50%25', ['Upgrade 50% of Berlin']],
    ['creator=Branch@example.com', ['made by a branch']],
    ['create_time__lt=now-1d', ['Upgrade 50% of Berlin']],
    ['end_time__gte=now-1d', ['upgrade 50 of Rome']],
    [`task_ids=${old},${made}`, ['made by a branch', 'Upgrade 50% of Berlin']],
  ] as const) {
    await page.goto(`/tasks/view?${query}`);
    assert.deepEqual(await described(page), expected, query);
  }
});

test('filters stand open where there is room, and on a small screen once they are wanted', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/view');
  const text = page.getByLabel('Text');
  await text.waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await text.waitFor({ state: 'hidden' });
  await page.getByText('Filters', { exact: true }).click();
  await text.fill('no task says so');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('link', { name: 'Show all', exact: true }).waitFor();
  assert.equal(await text.inputValue(), 'no task says so', 'what narrows the list is seen');
});

test('the list says in words how many objects of a task failed, and follows them', async () => {
  const taskId = await insertTask(site.server.db, { failed: 12 });
  await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto('/tasks/view');
  assert.deepEqual(await textsOf(page.locator('.row-failed')), ['', '12 failed']);
  await site.server.db.query('update subtasks set failed = 1 where task_id = $1 and part_no = 2', [taskId]);
  await site.server.db.query("select pg_notify('luna_tasks', $1::text)", [taskId]);
  await page.getByText('13 failed').waitFor();
});

for (const width of [1280, 800, 390]) {
  test(`a title takes two lines at most, ${width} pixels wide`, async () => {
    await insertTask(site.server.db, { state: 'collecting' });
    await insertTask(site.server.db, { state: 'done', done: 1_000 });
    const page = await site.signedIn({ viewport: { width, height: 800 }, javaScriptEnabled: false });
    await page.goto('/tasks/view');
    const lines = await page.locator('.row-link').evaluateAll(linesOf);
    assert.ok(
      lines.every((count) => count <= 2),
      `lines: ${lines.join(', ')}`,
    );
  });
}

test('the states are counted within the other filters, and lead to their tasks', async () => {
  const db = site.server.db;
  for (const state of ['failed', 'failed', 'done', 'running'] as const)
    await insertTask(db, { state, description: 'counted' });
  await insertTask(db, { state: 'failed', description: 'another' });
  const page = await open();
  const states = page.getByRole('navigation', { name: 'State' }).getByRole('link');
  assert.deepEqual(await textsOf(states), [
    ...['All 5', 'Pending 0', 'In progress 1', 'Failed 3', 'Cancelled 0', 'Done 1'],
  ]);
  await page.getByLabel('Text').fill('counted');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('link', { name: 'Failed 2' }).click();
  assert.deepEqual(await described(page), ['counted', 'counted']);
  await page.getByLabel('Text').fill('another');
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.deepEqual(await described(page), ['another'], 'the state is kept');
});

test('tasks are sorted by when they were made and by when they ended', async () => {
  const db = site.server.db;
  const first = await insertTask(db, { state: 'done', description: 'first' });
  await insertTask(db, { description: 'still running' });
  await insertTask(db, { state: 'done', description: 'last' });
  await db.query("update tasks set end_time = now() + interval '1 hour' where task_id = $1", [first]);
  const page = await open();
  assert.deepEqual(await described(page), ['last', 'still running', 'first']);
  const head = (name: string) => page.getByRole('columnheader', { name, exact: true });
  assert.equal(await head('Created').getAttribute('aria-sort'), 'descending');
  await page.getByRole('link', { name: 'Created', exact: true }).click();
  assert.deepEqual(await described(page), ['first', 'still running', 'last']);
  assert.equal(await head('Created').getAttribute('aria-sort'), 'ascending');
  await page.getByRole('link', { name: 'Ended', exact: true }).click();
  assert.deepEqual(await described(page), ['first', 'last']);
  await page.getByText(/^2 tasks/).waitFor();
  await page.getByRole('link', { name: 'Ended', exact: true }).click();
  assert.deepEqual(await described(page), ['last', 'first']);
});

test('what the filters show is downloaded as CSV', async () => {
  await insertTask(site.server.db, { description: 'wanted' });
  await insertTask(site.server.db, { description: 'other' });
  const page = await open('?text=wanted');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download as CSV' }).click();
  const pieces = await (await download).createReadStream();
  let csv = '';
  for await (const piece of pieces) csv += String(piece);
  assert.match(csv, /^task_id,task_type/);
  assert.match(csv, /wanted/);
  assert.doesNotMatch(csv, /other/);
});

test('a filter that cannot be read shows no task at all, and says what is wrong', async () => {
  await insertTask(site.server.db, { description: 'must not be shown' });
  const page = await open();
  for (const [name, label] of [
    ['task_ids', 'Ids'],
    ['create_time__gte', 'Created from'],
  ] as const) {
    const answer = await page.goto(`/tasks/view?${name}=word`);
    assert.equal(answer?.status(), 400, name);
    await page.getByRole('alert').getByRole('link', { name: label }).waitFor();
    assert.deepEqual(await described(page), []);
  }
});

test('what is found often is counted up to a limit, and its pages go on', async () => {
  await site.server.db.query(
    `insert into tasks (task_type, state, content, description, end_time)
     select 4, case when n = 1 then 'failed' else 'done' end,
       '{"target": "faces", "filters": {}, "store_results": false}', 'weekly', now() from generate_series(1, 10002) n`,
  );
  const page = await open('?text=week&page=500');
  const states = page.getByRole('navigation', { name: 'State' }).getByRole('link');
  assert.deepEqual(await textsOf(states), [
    'All 10,001+',
    'Pending 0',
    'In progress 0',
    'Failed 1',
    'Cancelled 0',
    'Done 10,000+',
  ]);
  await page.getByText('9,981–10,000 of 10,001+').waitFor();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByText('10,001–10,002 of 10,001+').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Next' }).count(), 0);
  await page.goto('/tasks/view?text=we');
  await page.getByText('3 letters or more').first().waitFor();
  assert.equal((await described(page)).length, 0);
});

for (const sort of ['', 'ended', 'ended-first']) {
  test(`pages in the order '${sort}' follow each other though tasks come in between`, async () => {
    await site.server.db.query(
      `insert into tasks (task_type, state, content, description, end_time)
       select 4, 'done', '{"target": "faces", "filters": {}, "store_results": false}', 'task ' || n,
         timestamptz '2025-06-01' + n / 10 * interval '1 hour' from generate_series(1, 60) n`,
    );
    const page = await open(`?sort=${sort}`);
    const pages = [await described(page)];
    for (const link of ['Next', 'Next', 'Previous']) {
      // Whichever end the order begins with, what comes there moves the places of all others.
      if (link === 'Next') await addAtBothEnds();
      await page.getByRole('link', { name: link }).click();
      pages.push(await described(page));
    }
    assert.deepEqual(pages[3], pages[1], 'the way back shows the same');
    const seen = [...(pages[0] ?? []), ...(pages[1] ?? []), ...(pages[2] ?? [])].filter(
      (text) => text !== 'between',
    );
    assert.equal(new Set(seen).size, seen.length, 'no task comes twice');
  });
}

async function addAtBothEnds(): Promise<void> {
  await site.server.db.query(
    `insert into tasks (task_type, state, content, description, end_time)
     select 4, 'done', '{"target": "faces", "filters": {}, "store_results": false}', 'between', t
     from unnest(array[timestamptz '2020-01-01', timestamptz '2030-01-01']) t`,
  );
}

interface Shown {
  getClientRects(): Iterable<{ readonly top: number }>;
}

/** How many lines of text each takes. */
function linesOf(elements: Shown[]): number[] {
  return elements.map(
    (element) => new Set([...element.getClientRects()].map(({ top }) => Math.round(top / 8))).size,
  );
}

test('the list shows the tasks of one schedule or upgrade, who made each, and how long it took', async () => {
  const db = site.server.db;
  const scheduled = await insertTask(db, { description: 'by a schedule', state: 'done', done: 1_000 });
  const upgraded = await insertTask(db, { description: 'by an upgrade' });
  await insertTask(db, { description: 'by hand' });
  await db.query('update tasks set schedule_id = 3, scheduled_time = now() where task_id = $1', [scheduled]);
  await db.query('update tasks set upgrade_id = 2, upgrade_step = 1 where task_id = $1', [upgraded]);
  const page = await open();
  assert.deepEqual(await textsOf(page.locator('td.cell-by')), [
    'root@visionlabs.ai',
    'Upgrade 2',
    'Schedule 3',
  ]);
  assert.deepEqual(await textsOf(page.locator('td.cell-took')), ['–', '–', '10 s']);
  await page.getByText('More filters').click();
  await page.getByLabel('Schedule').fill('3');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  assert.deepEqual(await described(page), ['by a schedule']);
  await page.goto(`/tasks/${upgraded}/view`);
  await page.getByRole('link', { name: 'Other tasks of upgrade 2' }).click();
  assert.deepEqual(await described(page), ['by an upgrade']);
  await page.goto('/tasks/view?schedule_id=third');
  await page.getByText('No task matches', { exact: true }).waitFor();
});

test('a filter is saved under a name in this browser, found again above the list, and deleted', async () => {
  await insertTask(site.server.db, { description: 'night shift' });
  const page = await site.signedIn();
  await page.goto('/tasks/view?text=night&page=1');
  await page.getByLabel('Save this filter as').fill('Night');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.goto('/tasks/view');
  await page.getByRole('link', { name: 'Night', exact: true }).click();
  assert.equal(new URL(page.url()).search, '?text=night');
  await page.locator('[aria-current="true"]').getByText('Night', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('Save this filter as').isVisible(), false, 'it has a name');
  await page.getByRole('button', { name: 'Delete the filter Night' }).click();
  await page.getByRole('link', { name: 'Night', exact: true }).waitFor({ state: 'detached' });
  await page.getByLabel('Save this filter as').waitFor();
});

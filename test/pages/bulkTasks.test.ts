import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { insertTask, setState } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

beforeEach(() => site.server.db.query('delete from tasks'));

async function statesOf(): Promise<Record<number, string>> {
  const rows = await site.server.db.query<{ task_id: number; state: string }>(
    'select task_id, state from tasks',
  );
  return Object.fromEntries(rows.map(({ task_id, state }) => [task_id, state]));
}

test('selected tasks are cancelled once it was shown what would happen; one that comes too late is told', async () => {
  const db = site.server.db;
  const [running, late, done, other] = [
    await insertTask(db),
    await insertTask(db),
    await insertTask(db, { state: 'done' }),
    await insertTask(db),
  ];
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/view');
  for (const id of [running, late, done]) await page.getByLabel(`Select task ${id}`, { exact: true }).check();
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page.getByText('3 tasks are selected; 2 would be cancelled.').waitFor();
  await page.getByText('already ended').waitFor();
  assert.equal((await statesOf())[running], 'running', 'looking changes nothing');

  await setState(db, late, 'done');
  await page.getByRole('button', { name: 'Cancel 2 tasks' }).click();
  await page.getByText('1 task is being cancelled.').waitFor();
  await page.getByText(`Task ${late} was not changed`).waitFor();
  assert.deepEqual(await statesOf(), {
    [running]: 'cancelling',
    [late]: 'done',
    [done]: 'done',
    [other]: 'running',
  });
  const audit = await db.query(
    "select 1 from audit where action = 'task.cancel' and object_id = $1 and login <> ''",
    [String(running)],
  );
  assert.equal(audit.length, 1);
});

test('all that match the filter is retried or deleted, and nothing else', async () => {
  const db = site.server.db;
  const [broken, , other] = [
    await insertTask(db, { state: 'failed', description: 'night shift' }),
    await insertTask(db, { state: 'done', description: 'night shift' }),
    await insertTask(db, { state: 'failed', description: 'day shift' }),
  ];
  const page = await site.signedIn({ javaScriptEnabled: false });
  const choose = async (button: string): Promise<void> => {
    await page.goto('/tasks/view?text=night');
    await page.getByLabel('Apply to').selectOption('matching');
    await page.getByRole('button', { name: button }).click();
  };
  await choose('Retry…');
  await page.getByText('2 tasks are shown by the filter; 1 would be retried.').waitFor();
  await page.getByRole('button', { name: 'Retry 1 task' }).click();
  await page.getByText('1 task is being retried.').waitFor();
  assert.equal(new URL(page.url()).search, '?text=night', 'the filter is kept');
  assert.deepEqual(
    site.server.told.filter(({ call }) => call === 'start').map(({ taskId }) => taskId),
    [broken],
  );

  await choose('Delete…');
  await page.getByRole('button', { name: 'Delete 1 task' }).click();
  await page.getByText('1 task is deleted.').waitFor();
  assert.deepEqual(Object.keys(await statesOf()).map(Number), [broken, other]);
});

test('the first task that comes into an empty list can be selected', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/view');
  await page.getByText('live', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Cancel…' }).count(), 0, 'there is nothing to cancel');
  await insertTask(site.server.db);
  await page.getByLabel('Select all on this page').check();
  await page.getByRole('button', { name: 'Cancel 1 selected…' }).waitFor();
});

test('what was said of selected tasks goes when they have moved on, after the time to read it', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto('/tasks/view');
  await page.getByLabel(`Select task ${taskId}`, { exact: true }).check();
  await page.getByRole('button', { name: 'Cancel 1 selected…' }).click();
  await page.getByRole('button', { name: 'Cancel 1 task' }).click();
  const said = page.getByText('1 task is being cancelled.');
  await said.and(page.locator(':focus')).waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await setState(site.server.db, taskId, 'cancelled');
  await page.getByRole('row').getByText('Cancelled').waitFor();
  await page.clock.fastForward(5_000);
  await said.waitFor({ state: 'detached' });
  await page.locator('main:focus').waitFor();
});

test('nothing happens without a selection, nor without the token of the form', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/view');
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByText('Select at least one task.').waitFor();
  const answer = await page.request.post('/tasks/bulk', {
    form: { act: 'cancel', tasks: String(taskId) },
    headers: { origin: site.server.url },
  });
  assert.equal(answer.status(), 403);
  assert.equal((await statesOf())[taskId], 'running');
});

test('with nothing selected the buttons say so and do nothing; with a selection they say how many', async () => {
  const db = site.server.db;
  const [first, second] = [await insertTask(db), await insertTask(db)];
  const page = await site.signedIn();
  await page.goto('/tasks/view');
  await page.getByText('live', { exact: true }).waitFor();
  const box = (taskId: number) => page.getByLabel(`Select task ${taskId}`, { exact: true });
  const button = (text: string) => page.getByRole('button', { name: text, exact: true });

  for (const text of ['Cancel…', 'Retry…', 'Delete…']) {
    assert.equal(await button(text).isDisabled(), true, text);
    await button(text).press('Enter');
    await button(text).and(page.locator(':focus')).waitFor();
  }
  // Enter in a form presses its first button.
  await box(first).press('Enter');
  const hint = page.getByText('Select tasks first.');
  assert.equal(await button('Delete…').getAttribute('aria-describedby'), await hint.getAttribute('id'));
  await page.getByLabel('Apply to').selectOption('matching');
  assert.equal(await button('Delete…').isEnabled(), true, 'what the filter shows needs no selection');
  await page.getByLabel('Apply to').selectOption('selected');

  await box(first).check();
  await button('Cancel 1 selected…').waitFor();
  await hint.waitFor({ state: 'hidden' });
  assert.equal(await page.getByText('Select at least one task.').count(), 0, 'nobody was led away and back');
  await page.getByLabel('Select all on this page').check();
  await button('Delete 2 selected…').waitFor();
  assert.equal(await box(second).isChecked(), true);

  const third = await insertTask(db);
  await box(third).waitFor();
  await button('Cancel 2 selected…').waitFor();
  const all = page.getByLabel('Select all on this page');
  assert.equal(await all.isChecked(), false, 'one has come that is not selected');
  await all.check();
  await button('Cancel 3 selected…').click();
  await page.getByText('3 tasks are selected; 3 would be cancelled.').waitFor();
  await page.goBack();
  await button('Cancel 3 selected…').waitFor();
  await all.uncheck();
  assert.equal(await button('Cancel…').isDisabled(), true);
});

test('selected tasks are paused, resumed and throttled once it was shown which ones, and why not the others', async () => {
  const db = site.server.db;
  const [running, paused, done] = [
    await insertTask(db),
    await insertTask(db, { state: 'paused' }),
    await insertTask(db, { state: 'done' }),
  ];
  await db.query("update tasks set desired_state = 'pause' where task_id = $1", [paused]);
  const page = await site.signedIn({ javaScriptEnabled: false });
  const choose = async (button: string): Promise<void> => {
    await page.goto('/tasks/view');
    for (const id of [running, paused, done])
      await page.getByLabel(`Select task ${id}`, { exact: true }).check();
    await page.getByRole('button', { name: button }).click();
  };
  await choose('Pause…');
  await page.getByText('3 tasks are selected; 1 would be paused.').waitFor();
  await page.getByRole('row', { name: 'Paused' }).getByText('already paused').waitFor();
  await page.getByRole('button', { name: 'Pause 1 task' }).click();
  await page.getByText('1 task is being paused.').waitFor();
  assert.equal((await statesOf())[running], 'pausing');

  await choose('Resume…');
  await page.getByText('3 tasks are selected; 2 would be resumed.').waitFor();
  await page.getByRole('button', { name: 'Resume 2 tasks' }).click();
  await page.getByText('2 tasks are resumed.').waitFor();

  await choose('Throttle…');
  await page.getByRole('row', { name: 'Done' }).getByText('already ended').waitFor();
  await page.getByLabel('Objects per second').fill('many');
  await page.getByRole('button', { name: 'Throttle 2 tasks' }).click();
  await page.getByText('Enter a whole number of at least 1').waitFor();
  await page.getByLabel('Objects per second').fill('50');
  await page.getByRole('button', { name: 'Throttle 2 tasks' }).click();
  await page.getByText('2 tasks are set to the new rate.').waitFor();
  const rows = await db.query<{ rate: number | null; desired: string }>(
    'select objects_per_second rate, desired_state desired from tasks order by task_id',
  );
  assert.deepEqual(
    rows.map(({ rate, desired }) => [rate, desired]),
    [
      [50, 'run'],
      [50, 'run'],
      [null, 'run'],
    ],
  );
});

test('an engine that does not answer is told of the first tasks alone, and the page says that it follows', async () => {
  const db = site.server.db;
  for (let count = 0; count < 12; count++) await insertTask(db);
  site.server.setEngine(false);
  try {
    const page = await site.signedIn({ javaScriptEnabled: false });
    await page.goto('/tasks/view');
    await page.getByLabel('Apply to').selectOption('matching');
    await page.getByRole('button', { name: 'Pause…' }).click();
    await page.getByRole('button', { name: 'Pause 12 tasks' }).click();
    await page.getByText('12 tasks are being paused.').waitFor();
    await page.getByText('The engine did not answer. The tasks will follow when it is back.').waitFor();
    assert.deepEqual(new Set(Object.values(await statesOf())), new Set(['pausing']));
    const before = site.server.unanswered();
    assert.ok(before <= 4, `${before} times`);

    await db.query("update tasks set state = 'failed', end_time = now()");
    await page.goto('/tasks/view');
    await page.getByLabel('Apply to').selectOption('matching');
    await page.getByRole('button', { name: 'Retry…' }).click();
    await page.getByRole('button', { name: 'Retry 12 tasks' }).click();
    await page.getByText('12 tasks are being retried.').waitFor();
    await page.getByText('The engine did not answer.').waitFor();
    assert.ok(site.server.unanswered() - before <= 4, `${site.server.unanswered() - before} times`);
  } finally {
    site.server.setEngine(true);
  }
});

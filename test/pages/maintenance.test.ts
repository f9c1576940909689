import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

beforeEach(() => site.server.db.query('delete from tasks'));

const phone = { viewport: { width: 390, height: 800 } };
const stateOf = async (taskId: number): Promise<string | undefined> => {
  const [row] = await site.server.db.query<{ state: string }>('select state from tasks where task_id = $1', [
    taskId,
  ]);
  return row?.state;
};
const desiredOf = async (): Promise<Record<number, string>> => {
  const rows = await site.server.db.query<{ task_id: number; desired_state: string }>(
    'select task_id, desired_state from tasks',
  );
  return Object.fromEntries(rows.map(({ task_id, desired_state }) => [task_id, desired_state]));
};
/** A finger's, of which there may be three. */
function countTaps(page: Page) {
  let taps = 0;
  return {
    tap: async (role: 'button' | 'link', name: string | RegExp): Promise<void> => {
      taps += 1;
      await page.getByRole(role, { name, exact: true }).click();
    },
    count: () => taps,
  };
}

test('at night on a phone a running task is paused in three taps from home', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn(phone);
  await page.goto('/');
  const { tap, count } = countTaps(page);
  await tap('link', /Extract face descriptors/);
  await tap('button', 'Pause');
  await page.getByText('The task is being paused.').waitFor();
  assert.equal(await stateOf(taskId), 'pausing');
  assert.ok(count() <= 3);
});

for (const javaScriptEnabled of [true, false]) {
  test(`everything is paused in three taps from home and goes on with one, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const taskId = await insertTask(site.server.db);
    const page = await site.signedIn({ ...phone, javaScriptEnabled });
    await page.goto('/');
    const { tap, count } = countTaps(page);
    await tap('button', 'Pause everything…');
    await page.getByLabel('Why').fill('new disks');
    await tap('button', 'Pause everything');
    await page.getByText('Everything is being paused.').waitFor();
    assert.equal(await stateOf(taskId), 'pausing');
    assert.ok(count() <= 3);
    assert.equal(await page.getByRole('button', { name: 'Pause everything…' }).count(), 0);

    await page.goto('/audit/view');
    await page.getByText(/Maintenance since .* UTC by root@visionlabs.ai: new disks\./).waitFor();
    await tap('button', 'End maintenance');
    await page.getByText('The maintenance has ended').waitFor();
    await page.goto('/tasks/view');
    await page.getByRole('button', { name: 'Pause everything…' }).waitFor();
  });
}

test('a task that waits for the end of the maintenance says so, and can be let go by itself', async () => {
  const [running, waiting] = [
    await insertTask(site.server.db),
    await insertTask(site.server.db, { state: 'pending' }),
  ];
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/view');
  await page.getByRole('button', { name: 'Pause everything…' }).click();
  await page.getByRole('button', { name: 'Pause everything', exact: true }).click();
  await page.goto(`/tasks/${running}/view`);
  await page.getByText('Paused by maintenance').waitFor();
  await page.goto(`/tasks/${waiting}/view`);
  await page.getByText('Paused by maintenance').waitFor();
  site.server.told.length = 0;
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('The task has resumed.').waitFor();
  assert.deepEqual(
    site.server.told.map(({ call, taskId }) => [call, taskId]),
    [['start', waiting]],
  );
  await page.getByRole('button', { name: 'End maintenance' }).click();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a task that maintenance has paused can be left paused when it ends, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const [kept, released] = [await insertTask(site.server.db), await insertTask(site.server.db)];
    const page = await site.signedIn({ ...phone, javaScriptEnabled });
    await page.goto('/');
    await page.getByRole('button', { name: 'Pause everything…' }).click();
    await page.getByRole('button', { name: 'Pause everything', exact: true }).click();
    await page.goto(`/tasks/${kept}/view`);
    await page.getByRole('button', { name: 'Keep paused' }).click();
    await page.getByText('The task stays paused when maintenance ends.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Keep paused' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Resume' }).count(), 1);
    await page.getByRole('button', { name: 'End maintenance' }).click();
    await page.getByText('The maintenance has ended').waitFor();
    assert.deepEqual(await desiredOf(), { [kept]: 'pause', [released]: 'run' });
  });
}

test('selected tasks that maintenance has paused are left paused when it ends, or let go before', async () => {
  const { db } = site.server;
  const [kept, released, waiting] = [
    await insertTask(db),
    await insertTask(db),
    await insertTask(db, { state: 'pending' }),
  ];
  const page = await site.signedIn({ javaScriptEnabled: false });
  const choose = async (button: string, tasks: readonly number[]): Promise<void> => {
    await page.goto('/tasks/view');
    for (const id of tasks) await page.getByLabel(`Select task ${id}`, { exact: true }).check();
    await page.getByRole('button', { name: button, exact: true }).click();
  };
  await choose('Pause everything…', []);
  await page.getByRole('button', { name: 'Pause everything', exact: true }).click();

  await choose('Pause…', [kept]);
  await page.getByText('1 task is selected; 1 would be paused.').waitFor();
  await page.getByText('Tasks that maintenance has paused stay paused when it ends.').waitFor();
  await page.getByRole('button', { name: 'Pause 1 task' }).click();
  await choose('Pause…', [kept, released]);
  await page.getByText('2 tasks are selected; 1 would be paused.').waitFor();
  await page.getByRole('row').getByText('already being paused').waitFor();

  await choose('Resume…', [waiting]);
  await page.getByRole('button', { name: 'Resume 1 task' }).click();
  await page.getByText('1 task is resumed.').waitFor();
  await page.getByRole('button', { name: 'End maintenance' }).click();
  await page.getByText('The maintenance has ended').waitFor();
  assert.deepEqual(await desiredOf(), { [kept]: 'pause', [released]: 'run', [waiting]: 'run' });
});

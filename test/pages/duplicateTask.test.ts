import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { basic } from '../support/rows/basic.ts';
import { openSite } from '../support/browser/site.ts';
import { unfold } from './unfold.ts';

const site = openSite();
beforeEach(() => site.server.db.query('truncate tasks, schedules cascade'));

const account = '00000000-0000-7000-8000-000000000001';

async function order(path: 'gc' | 'additional_extract', body: object): Promise<number> {
  const answer = await fetch(`${site.server.url}/4/tasks/${path}`, {
    method: 'POST',
    headers: { ...basic(rootLogin, rootPassword), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const made = (await answer.json()) as { task_id: number };
  assert.equal(answer.status, 201, JSON.stringify(made));
  return made.task_id;
}

const ordered = (taskId: number) =>
  site.server.db.query(
    `select content, description, objects_per_second, error_budget, window_size, priority, notification_policy
     from tasks where task_id = $1`,
    [taskId],
  );

const madeOn = (address: string): number => Number(/\/tasks\/(\d+)\/view/.exec(address)?.[1]);

const gcOfFaces = {
  content: {
    target: 'faces',
    filters: {
      account_id: account,
      create_time__lt: '2026-01-31T00:00:00.000Z',
      external_ids: ['gate 1', 'gate 2'],
    },
    remove_samples: true,
    store_results: false,
  },
  undo_window: '7d',
  description: 'retention',
  objects_per_second: 50,
  error_budget: 0.5,
  window: 3,
  priority: 1,
  notification_policy: { url: 'https://hooks.example.org/luna', statuses: [3], secret: 'orders' },
};

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`a duplicate does what the task did, as it did it, ${how} JavaScript`, async () => {
    const taskId = await order('gc', gcOfFaces);
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto(`/tasks/${taskId}/view`);
    assert.equal(await page.getByRole('link', { name: 'Edit and retry' }).count(), 0, 'it has not failed');
    await page.getByRole('link', { name: 'Duplicate' }).click();
    await page.getByText(`Filled in from task ${taskId}.`).waitFor();
    await page.getByText('Its times are absolute').waitFor();
    assert.equal(await page.getByLabel('Concurrent subtasks').isVisible(), true, 'what is set is unfolded');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('No face matches all of the conditions.').waitFor();
    await page.getByText(`Filled in from task ${taskId}.`).waitFor();
    await page.goBack();
    await page.getByText('No face matches all of the conditions.').waitFor({ state: 'detached' });
    // The preview of nothing has nothing to start.
    await page.getByRole('button', { name: 'Remove faces' }).click();
    await page.getByText('was created.').waitFor();
    const copy = madeOn(page.url());
    assert.notEqual(copy, taskId);
    assert.deepEqual(await ordered(copy), await ordered(taskId));
  });
}

test('a failed task is edited and retried, and the new one names it', async () => {
  const taskId = await order('additional_extract', {
    content: {
      extraction_target: 'face_descriptor',
      options: { descriptor_version: 3 },
      filters: { objects_type: 'faces', user_data: 'vip' },
    },
    description: 'upgrade',
  });
  await site.server.db.query(`update tasks set state = 'failed' where task_id = $1`, [taskId]);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByRole('link', { name: 'Edit and retry' }).click();
  await page.getByText(`Filled in from task ${taskId}.`).waitFor();
  assert.equal(await page.getByText('Its times are absolute').count(), 0, 'there are none');
  assert.equal(await page.getByLabel('Description').inputValue(), `upgrade (edited retry of task ${taskId})`);
  await unfold(page);
  await page.getByLabel('Error budget').fill('1');
  await page.getByRole('button', { name: 'Start extract' }).click();
  await page.getByText('was created.').waitFor();
  await page.getByText(`upgrade (edited retry of task ${taskId})`).waitFor();
  const [row] = await ordered(madeOn(page.url()));
  assert.equal((row as { error_budget: number }).error_budget, 1);
});

test('a task becomes a schedule, and one that puts back what another removed becomes nothing', async () => {
  const taskId = await order('gc', gcOfFaces);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByRole('link', { name: 'Make a schedule' }).click();
  assert.equal(await page.getByLabel('External ids').inputValue(), 'gate 1\ngate 2');
  assert.equal(await page.getByLabel('Priority').count(), 0);
  await page.getByLabel('Cron expression').fill('0 4 * * SUN');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByText('was created and started.').waitFor();
  const [row] = await site.server.db.query<{ content: { filters: object } }>('select content from schedules');
  assert.deepEqual(row?.content.filters, gcOfFaces.content.filters);

  const [undo] = await site.server.db.query<{ id: number }>(
    `insert into tasks (task_type, content) values (4, $1) returning task_id as id`,
    [JSON.stringify({ target: 'undo', of: taskId, objects: 'faces', filters: {}, store_results: true })],
  );
  await page.goto(`/tasks/${undo?.id}/view`);
  assert.equal(await page.getByRole('link', { name: 'Duplicate' }).count(), 0);
  await page.goto(`/tasks/new?from=${undo?.id}`);
  await page.getByText('The form cannot show all').waitFor();
});

test('removing everything again has to be confirmed again', async () => {
  const taskId = await order('gc', { content: { target: 'faces', filters: {}, confirm_all: true } });
  const page = await site.signedIn();
  await page.goto(`/tasks/new?from=${taskId}`);
  await page.getByRole('button', { name: 'Remove faces' }).click();
  await page.getByRole('alert').getByText('no condition is set').waitFor();
});

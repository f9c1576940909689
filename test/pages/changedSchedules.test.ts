import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic } from '../support/rows/basic.ts';
import { registerAccount } from '../support/browser/visitor.ts';
import { openSchedules } from './openSchedules.ts';

const { site, schedules } = openSchedules();

async function stored(): Promise<object | undefined> {
  const [row] = await site.server.db.query(
    `select content, cron, time_zone, overlap_policy, description, notification_policy, objects_per_second,
       error_budget from schedules`,
  );
  return row;
}

/** As a client of the API may have made it: with all that a schedule can have. */
async function insertSchedule(changes: Record<string, unknown> = {}): Promise<void> {
  const row = {
    task_type: 4,
    content: { target: 'faces', filters: { external_ids: ['gate 1', 'gate 2'], create_time__lt: 'now-90d' } },
    cron: '30 2 * * *',
    time_zone: 'Europe/Berlin',
    overlap_policy: 'buffer_one',
    description: 'retention',
    notification_policy: { url: 'https://hooks.example.org/luna', statuses: [1, 3], secret: 'orders' },
    objects_per_second: 50,
    error_budget: 0.25,
    ...changes,
  };
  await site.server.db.query(
    `insert into schedules (${Object.keys(row).join(', ')})
     select ${Object.keys(row).join(', ')} from jsonb_populate_record(null::schedules, $1)`,
    [JSON.stringify(row)],
  );
}

test('a schedule is changed in its form, and what was not touched stays', async () => {
  await insertSchedule();
  const before = await stored();
  const page = await schedules({ javaScriptEnabled: false });
  await page.getByRole('link', { name: 'Edit schedule 1' }).click();
  await page.getByRole('heading', { name: 'Edit schedule 1', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Schedule 1 was changed.').waitFor();
  const defaults = { remove_samples: false, remove_image_origins: false, store_results: true };
  assert.deepEqual(await stored(), {
    ...before,
    content: { ...(before as { content: object }).content, ...defaults },
  });

  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Description').fill('shorter retention');
  await page.getByLabel(/^Created before( optional)?$/).fill('yesterday');
  await page.getByLabel('In progress').uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('Created before: ').waitFor();
  assert.equal(await page.getByLabel('Description').inputValue(), 'shorter retention');
  assert.equal(await page.getByLabel('In progress').isChecked(), false);
  assert.equal(await page.getByLabel('Failed').isChecked(), true);
  await page.getByLabel(/^Created before( optional)?$/).fill('now-60d');
  await page.getByRole('button', { name: 'Show next runs' }).click();
  await page.getByText('Next runs', { exact: true }).waitFor();
  await page.getByLabel('Webhook URL').fill('https://elsewhere.example.net/');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('Webhook URL: ').waitFor();
  await page.getByLabel('Webhook URL').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Schedule 1 was changed.').waitFor();
  assert.deepEqual(await stored(), {
    ...before,
    content: {
      target: 'faces',
      filters: { external_ids: ['gate 1', 'gate 2'], create_time__lt: 'now-60d' },
      ...defaults,
    },
    description: 'shorter retention',
    notification_policy: null,
  });
});

test('who saves over what somebody else has changed meanwhile is told what and by whom, and loses nothing', async () => {
  const other = { login: 'other@example.com', password: 'secret' };
  await registerAccount(site.server, { ...other, account_type: 'admin' });
  const replace = async (cron: string): Promise<void> => {
    const answer = await fetch(`${site.server.url}/4/tasks/schedules/1`, {
      method: 'PUT',
      headers: { ...basic(other.login, other.password), 'content-type': 'application/json' },
      body: JSON.stringify({
        task_type: 4,
        content: { target: 'face_descriptors', filters: { descriptor_version: 1 } },
        cron,
      }),
    });
    assert.equal(answer.status, 200);
  };
  await insertSchedule();
  await replace('30 2 * * *');
  const page = await schedules({ javaScriptEnabled: false });
  await page.getByRole('link', { name: 'Edit schedule 1' }).click();
  await replace('0 5 * * *');
  const theirs = await stored();

  const save = page.getByRole('button', { name: 'Save' });
  await page.getByLabel('Description').fill('mine');
  await page.getByRole('button', { name: 'Show next runs' }).click();
  await page.getByText('Next runs', { exact: true }).waitFor();
  await save.click();
  const refusal = page.getByRole('alert');
  await refusal.getByText('Not saved: the schedule was changed').waitFor();
  assert.match(await refusal.innerText(), /Replaced by other@example\.com.*30 2 \* \* \* → 0 5 \* \* \*/s);
  assert.equal(await refusal.getByText('Replaced by').count(), 1);
  assert.equal(await page.getByLabel('Description').inputValue(), 'mine');
  assert.deepEqual(await stored(), theirs);

  const saved = refusal.getByRole('link', { name: 'reload the saved schedule' });
  assert.equal(await saved.getAttribute('href'), '/schedules/1/change');
  await page.getByLabel('Description').fill('mine after all');
  await save.click();
  await page.getByText('Schedule 1 was changed.').waitFor();
  const { cron, description } = (await stored()) as Record<string, unknown>;
  assert.deepEqual([cron, description], ['30 2 * * *', 'mine after all']);
});

test('every kind of schedule comes into its form whole, or not at all', async () => {
  const ids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  const defaults = { store_results: true };
  const extract = { extraction_target: 'face_descriptor', options: { missing: true, descriptor_version: 3 } };
  const page = await schedules({ javaScriptEnabled: false });
  for (const [taskType, content, saved] of [
    [5, { ...extract, filters: { objects_type: 'faces', face_ids: ids } }, {}],
    [
      5,
      {
        extraction_target: 'basic_attributes',
        options: { missing: true },
        filters: { objects_type: 'events' },
      },
      {},
    ],
    [4, { target: 'face_descriptors', filters: { descriptor_version: 77 }, store_results: false }, {}],
    [4, { target: 'samples', filters: { create_time__lt: 'now-1d' } }, {}],
    [4, { target: 'event_descriptors', filters: { descriptor_version: 101, descriptor_type: 'body' } }, {}],
    [
      4,
      { target: 'events', filters: {}, confirm_all: true, remove_image_origins: true, remove_samples: true },
      {},
    ],
    [
      4,
      { target: 'faces', filters: { user_data: 'a "b"' } },
      { remove_samples: false, remove_image_origins: false },
    ],
  ] as const) {
    await site.server.db.query('truncate schedules restart identity cascade');
    await insertSchedule({ task_type: taskType, content });
    await page.goto('/schedules/1/change');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Schedule 1 was changed.').waitFor();
    const { content: after } = (await stored()) as { content: object };
    assert.deepEqual(after, { ...defaults, ...saved, ...content });
  }
  await site.server.db.query('truncate schedules restart identity cascade');
  await insertSchedule({ content: { target: 'faces', filters: { external_ids: ['two\nlines'] } } });
  await page.goto('/schedules/1/change');
  await page.getByText('The form cannot show everything in schedule 1').waitFor();
  await page.goto('/schedules/2/change');
  await page.getByRole('heading', { name: 'Schedule not found' }).waitFor();
});

test('a schedule that is gone meanwhile is a page that says so', async () => {
  const page = await schedules({ javaScriptEnabled: false });
  await site.server.db.query(
    `insert into schedules (task_type, content, cron) values (4, '{"target": "faces", "filters": {}}', '0 3 * * *')`,
  );
  await page.goto('/schedules/view');
  await site.server.db.query('update schedules set removed = true');
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('heading', { name: 'Schedule not found' }).waitFor();
});

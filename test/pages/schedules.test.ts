import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRuns } from '../../platform/cron.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { openSchedules } from './openSchedules.ts';
import { unfold } from './unfold.ts';

const { site, schedules } = openSchedules();

function runsOf(cron: string, timeZone: string): string[] {
  return nextRuns(cron, timeZone, new Date(), 5).map((run) =>
    run.toISOString().slice(0, 19).replace('T', ' '),
  );
}

test('a schedule is looked at before it is made, then stopped, started and removed, without a script', async () => {
  const page = await schedules({ javaScriptEnabled: false });
  await page.getByText('No schedule yet').waitFor();
  await page.getByRole('link', { name: 'New schedule' }).first().click();
  await page.getByRole('link', { name: 'Remove faces' }).click();
  await page.getByLabel('Cron expression').fill('30  2 * * *');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await unfold(page);
  await page.getByLabel(/^Created before( optional)?$/).fill('now-90d');
  await page.getByLabel('External ids').fill('gate 1\ngate 2');
  await page.getByLabel('Remove samples too').check();
  await page.getByLabel('Keep the list of processed objects').uncheck();
  await page.getByLabel('Description').fill('retention');
  await page.getByRole('button', { name: 'Show next runs' }).click();

  const runs = runsOf('30 2 * * *', 'Europe/Berlin');
  await page.getByRole('heading', { name: 'Every day at 02:30, Europe/Berlin' }).waitFor();
  assert.deepEqual(await textsOf(page.locator('.runs time')), runs);
  assert.match(await page.locator('.runs li').first().innerText(), / 02:30 in Europe\/Berlin$/);
  const [counted] = await site.server.db.query<{ count: number }>('select count(*) from schedules');
  assert.equal(counted?.count, 0, 'looking makes nothing');
  assert.equal(await page.getByLabel('Description').inputValue(), 'retention');

  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByText('Schedule 1 was created and started.').waitFor();
  await page.getByRole('heading', { name: 'Remove faces', level: 1 }).waitFor();
  await page.getByText('Waiting for the engine').waitFor();
  const times = page.getByRole('region', { name: 'Every day at 02:30, Europe/Berlin' });
  assert.deepEqual(await textsOf(times.locator('.runs time')), runs);
  await times.getByText('Catch up runs that are up to 10 minutes late').waitFor();
  await page.getByRole('link', { name: 'Schedules' }).first().click();
  const schedule = page.getByRole('region', { name: 'Remove faces' });
  await schedule.getByText('retention').waitFor();
  await schedule.getByText('Every day at 02:30, Europe/Berlin').waitFor();
  assert.equal(await schedule.locator('time').first().textContent(), runs[0]);
  const [row] = await site.server.db.query<{ content: object; cron: string }>(
    'select content, cron from schedules',
  );
  assert.deepEqual(row, {
    content: {
      target: 'faces',
      filters: { create_time__lt: 'now-90d', external_ids: ['gate 1', 'gate 2'] },
      remove_samples: true,
      remove_image_origins: false,
      store_results: false,
    },
    cron: '30 2 * * *',
  });

  await schedule.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Schedule 1 was stopped.').waitFor();
  await schedule.getByText('none while stopped').waitFor();
  await schedule.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Schedule 1 was started.').waitFor();
  await schedule.getByText('Delete…').click();
  await schedule.getByRole('button', { name: 'Delete schedule' }).click();
  await page.getByText('Schedule 1 was removed.').waitFor();
  await page.getByText('No schedule yet').waitFor();
});

test('what is wrong with a schedule is said beside its field, and nothing typed is lost', async () => {
  const page = await schedules();
  await page.goto('/schedules/new');
  const send = async (label: string, text: string, fault: string): Promise<void> => {
    await unfold(page);
    const field = page.getByLabel(new RegExp(`^${label}( optional)?$`));
    await field.fill(text);
    await page.getByRole('button', { name: 'Create schedule' }).click();
    await page.getByRole('alert').getByText(fault).waitFor();
    assert.equal(await field.inputValue(), text);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
  };
  await send('Cron expression', '61 2 * * *', 'Times: ');
  await page.getByLabel('Cron expression').fill('0 4 * * SUN');
  await send('Time zone', 'Mars/Olympus', 'Time zone: must be an IANA time zone');
  await page.getByLabel('Time zone').fill('');
  await send('Created before', 'yesterday', 'Created before: ');
  await page.getByLabel(/^Created before( optional)?$/).fill('');
  await send('Maximum objects per second', 'many', 'Maximum objects per second: must be');
  await page.getByLabel('Maximum objects per second').fill('');
  assert.equal(await page.getByLabel('Cron expression').inputValue(), '0 4 * * SUN');

  await page.getByRole('link', { name: 'Remove events' }).click();
  await page.getByLabel('Cron expression').fill('0 4 * * SUN');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByRole('alert').getByText('no condition is set; tick this box to continue').waitFor();
});

test('a common time is picked without writing a cron expression, and what is picked and typed at once is asked about', async () => {
  const page = await schedules({ javaScriptEnabled: false });
  await page.goto('/schedules/new');
  await page.getByRole('radio', { name: 'Every Sunday at 02:00' }).check();
  await page.getByLabel('Cron expression').fill('0 4 * * *');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByRole('alert').getByText('choose either 0 2 * * SUN or another one, not both').waitFor();
  await page.getByLabel('Cron expression').fill('');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByText('At 02:00, only on Sunday').waitFor();
  await page.getByRole('link', { name: 'Edit' }).click();
  assert.equal(await page.getByRole('radio', { name: 'Every Sunday at 02:00' }).isChecked(), true);
});

test('a schedule that removes shows what it would remove now, and asks for the number as a task does', async () => {
  const { db } = site.server;
  await insertFaces(
    db,
    [[1], [1, 3], [1]].map((versions) => buildFace({ versions })),
  );
  const page = await schedules({ javaScriptEnabled: false });
  await page.goto('/schedules/new?kind=gc-face-descriptors');
  await page.getByLabel('Cron expression').fill('0 4 * * SUN');
  await page.getByRole('radio', { name: /^1 · face/ }).check();
  await page.getByRole('button', { name: 'Show next runs' }).click();
  const now = page.getByRole('region', { name: 'If it ran now' });
  await now.getByText('2 of these faces have no other').waitFor();
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByRole('alert').getByText('type 3').waitFor();
  assert.equal(await stored(), undefined);
  await now.getByLabel('Type 3 to confirm').fill('3');
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await page.getByText('Schedule 1 was created and started.').waitFor();

  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: 'Show next runs' }).click();
  const command = await now.locator('code', { hasText: 'curl' }).textContent();
  assert.match(command ?? '', /\/4\/tasks\/schedules\/1'.*--request PUT/s);
  await db.query('truncate face_descriptors');
});

test('a schedule says what became of its last run and leads to the task', async () => {
  await site.server.db.query(
    `insert into schedules (task_type, content, cron, followed_revision, last_run)
     values (4, '{"target": "face_descriptors", "filters": {"descriptor_version": 1}}', '0 3 * * *', 1,
       '{"scheduled_time": "2026-01-31T03:00:00.000Z", "outcome": "started", "task_id": 17, "failure": null}')`,
  );
  const page = await schedules();
  const schedule = page.getByRole('region', { name: 'Remove face descriptors of version 1' });
  await schedule.getByText('Started', { exact: true }).waitFor();
  assert.match(await schedule.innerText(), /2026-01-31 03:00:00 · Task 17/);
  assert.equal(await schedule.getByRole('link', { name: 'Task 17' }).getAttribute('href'), '/tasks/17/view');
});

async function stored(): Promise<object | undefined> {
  const [row] = await site.server.db.query(
    `select content, cron, time_zone, overlap_policy, description, notification_policy, objects_per_second,
       error_budget from schedules`,
  );
  return row;
}

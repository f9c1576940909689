import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { openSchedules } from './openSchedules.ts';

const { site } = openSchedules();

const removal = { target: 'face_descriptors', filters: { descriptor_version: 2 } };
const extract = {
  extraction_target: 'face_descriptor',
  options: { missing: true, descriptor_version: 3 },
  filters: { objects_type: 'faces' },
};

/** A schedule that the engine follows already. */
async function insertSchedule(taskType: 4 | 5, content: object): Promise<void> {
  await site.server.db.query(
    `insert into schedules (task_type, content, cron, time_zone, followed_revision)
     values ($1, $2, '30 2 * * *', 'Europe/Berlin', 1)`,
    [taskType, JSON.stringify(content)],
  );
}

const rowOf = (text: string) => ({ name: new RegExp(text) });

test('the page of a schedule tells what became of each run and why, and follows what happens', async () => {
  const { db } = site.server;
  await insertSchedule(5, extract);
  const page = await site.signedIn();
  await page.goto('/schedules/view');
  await page.getByRole('link', { name: 'Extract face descriptors' }).click();
  await page.getByRole('heading', { name: 'Every day at 02:30, Europe/Berlin' }).waitFor();
  assert.equal(await page.locator('.runs li').count(), 5);
  await page.getByText('None yet.').waitFor();
  await page.getByText('live', { exact: true }).waitFor();

  const [task] = await db.query<{ id: number }>(
    `insert into tasks (task_type, content, state, create_time, end_time, schedule_id)
     values (5, $1, 'running', '2026-05-01T00:30:00Z', null, 1) returning task_id as id`,
    [JSON.stringify(extract)],
  );
  await db.query(
    `insert into schedule_runs (schedule_id, scheduled_time, outcome, task_id, blocking_task_id, reason, away_from, away_until)
     values (1, '2026-05-01T00:30Z', 'started', $1, null, null, null, null),
       (1, '2026-05-02T00:30Z', 'skipped', null, $1, null, null, null),
       (1, '2026-05-03T00:30Z', 'missed', null, null, 'workers_away', '2026-05-03T00:00Z', '2026-05-03T06:00Z')`,
    [task?.id],
  );
  const runs = page.getByRole('region', { name: 'Runs' });
  await runs.getByRole('row', rowOf('2026-05-03.*Missed.*No worker ran from 2026-05-03 00:00 UTC')).waitFor();
  await runs
    .getByRole(
      'row',
      rowOf(`2026-05-02.*02:30 in Europe/Berlin.*Skipped.*Task ${task?.id} of the previous run`),
    )
    .waitFor();
  await runs.getByRole('row', rowOf(`2026-05-01.*Running.*Task ${task?.id}`)).waitFor();
  await db.query(`update tasks set state = 'done', end_time = '2026-05-01T00:33:00Z' where task_id = $1`, [
    task?.id,
  ]);
  await runs.getByRole('row', rowOf('2026-05-01.*Done.*took 3 min')).waitFor();
  await db.query('delete from tasks');
});

test('an extract is run now by one press, and beside its previous run by a second one', async () => {
  const { db } = site.server;
  await insertSchedule(5, extract);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/schedules/1/view');
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByText(/Task \d+ was created\./).waitFor();
  const runs = page.getByRole('region', { name: 'Runs' });
  await runs.getByText('by hand, root@visionlabs.ai').waitFor();

  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('alert').getByText('The previous run is still active').waitFor();
  await page.getByRole('button', { name: 'Run anyway' }).click();
  await page.getByText(/Task \d+ was created\./).waitFor();
  assert.equal(await runs.getByRole('row').count(), 3);

  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Schedule 1 was stopped.').waitFor();
  await page.getByText('None while it is stopped.').waitFor();
  await db.query('delete from tasks');
});

test('a removal is run now after its count was shown and, of the default version, typed', async () => {
  const { db } = site.server;
  await insertFaces(
    db,
    [[1], [1, 2], [1]].map((versions) => buildFace({ versions })),
  );
  await insertSchedule(4, { ...removal, filters: { descriptor_version: 1 } });
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/schedules/1/view');
  await page.getByRole('link', { name: 'Run now…' }).click();
  await page.getByRole('heading', { name: 'Run now: Remove face descriptors of version 1' }).waitFor();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('alert').getByText('type 3').waitFor();
  const [none] = await db.query<{ count: number }>('select count(*) from tasks');
  assert.equal(none?.count, 0);
  await page.getByLabel('Type 3 to confirm').fill('3');
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByText(/Task \d+ was created\./).waitFor();
  await page.goto('/audit/view?object_type=schedule');
  await page.locator('tbody').getByText('Ran').first().waitFor();
  await db.query('truncate tasks, face_descriptors cascade');
});

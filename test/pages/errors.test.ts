import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSite } from '../support/browser/site.ts';
import { waitFor } from '../support/waitFor.ts';
import { insertPicturedFaces } from './faceRows.ts';
import { insertError, insertTask } from './taskRows.ts';

const site = openSite();
const missing = (id: string): string => `the sample store has no image a1/b2/${id}.jpg`;
const firstId = '01900000-0000-7000-8000-0000000000a1';
const secondId = '01900000-0000-7000-8000-0000000000b2';

test('errors that differ by their object alone are one reason, with pictures, what to do, and a retry of all its tasks', async () => {
  const { db } = site.server;
  const tasks = [
    await insertTask(db, { state: 'failed', failed: 2 }),
    await insertTask(db, { state: 'done', failed: 1 }),
    await insertTask(db, { failed: 1 }),
  ];
  for (const taskId of tasks) await insertError(db, taskId, missing(firstId));
  await insertError(db, tasks[0] ?? 0, missing(secondId));
  await insertError(db, tasks[0] ?? 0, 'not a picture', { code: 28101, desc: 'Sample unreadable' });
  const [face] = await insertPicturedFaces(site.server, 2);
  await db.query(
    `update task_errors set object_id = $1 where error_id = (select max(error_id) from task_errors where error_code = 28100)`,
    [face?.faceId],
  );
  await db.query('update task_errors set overcome_time = now() where error_code = 28101');

  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/errors/view');
  const reasons = page.getByRole('region', { name: 'By reason' }).getByRole('row');
  assert.equal(await reasons.count(), 3, 'a head and two reasons');
  const row = reasons.nth(1);
  const text = await row.innerText();
  assert.match(text, new RegExp(missing(secondId)), 'of the newest, with its path');
  assert.match(text, /4 open, 0 resolved in 3 tasks/);
  assert.match(text, /Restore it, then retry the failed objects/);
  assert.match(await reasons.nth(2).innerText(), /0 open, 1 resolved in 1 task/);
  assert.equal(await row.getByRole('img').count(), 4);
  assert.equal(await row.locator(`img[src="/samples/${face?.faceId}/face"]`).count(), 1);
  await page.getByText('4 open, 1 resolved', { exact: true }).waitFor();

  await row.getByRole('link', { name: 'Retry' }).click();
  await page.getByText('2 tasks, 3 objects would be retried').waitFor();
  await page.getByText('not ended yet; retry later').waitFor();
  await page.getByRole('button', { name: 'Retry 2 tasks, 3 objects' }).click();
  await page.getByText('2 tasks are being retried.').waitFor();
  const states = await db.query<{ generation: number }>(
    'select generation from tasks where task_id = any($1::bigint[]) order by task_id',
    [tasks],
  );
  assert.deepEqual(
    states.map(({ generation }) => generation),
    [2, 2, 1],
  );
});

test('a new error comes into an open page by itself', async () => {
  const { db } = site.server;
  const taskId = await insertTask(db);
  const page = await site.signedIn({});
  await page.goto('/errors/view');
  await page.getByText('live', { exact: true }).waitFor();
  await insertError(db, taskId, 'came later', { code: 28101, desc: 'Sample unreadable' });
  await db.query(
    'update subtasks set failed = 1, last_update_time = now() where task_id = $1 and part_no = 2',
    [taskId],
  );
  await db.query("select pg_notify('luna_tasks', $1::text)", [taskId]);
  await waitFor('the error on the page', async () => (await page.getByText('came later').count()) === 2);
});

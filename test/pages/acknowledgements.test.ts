import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic } from '../support/rows/basic.ts';
import { registerAccount } from '../support/browser/visitor.ts';
import { insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

test('what an admin has acknowledged folds away with its note for all, and comes back when the task fails again', async () => {
  const { db } = site.server;
  await db.query('delete from tasks');
  const failure = { error_code: 28111, desc: 'Too many objects failed', detail: 'more than 20 %' };
  const failed = await insertTask(db, { state: 'failed', failure });
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/');
  const list = page.getByRole('region', { name: 'Needs attention' });
  const item = list.getByRole('listitem').filter({ hasText: `Task ${failed} failed` });
  await item.getByRole('button', { name: 'Acknowledge' }).click();
  await item.getByLabel('Note').fill('disk full, see OPS-7');
  await item.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText(`Task ${failed} was acknowledged.`).waitFor();
  await list.getByText('1 acknowledged').click();
  const seen = list.locator('#acknowledged');
  await seen.getByText(/disk full, see OPS-7 · root@visionlabs\.ai/).waitFor();

  const colleague = { login: 'colleague@example.com', password: 'secret' };
  await registerAccount(site.server, { ...colleague, account_type: 'admin' });
  const theirs = await fetch(site.server.url, {
    headers: { ...basic(colleague.login, colleague.password), accept: 'text/html' },
  });
  assert.match(await theirs.text(), /1 acknowledged/);

  await seen.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(`Task ${failed} needs attention again.`).waitFor();
  await item.getByRole('button', { name: 'Acknowledge' }).click();
  await item.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
  await list.getByText('1 acknowledged').waitFor();
  await db.query(`update tasks set generation = generation + 1, end_time = now() where task_id = $1`, [
    failed,
  ]);
  await page.goto('/');
  await item.getByRole('button', { name: 'Acknowledge' }).waitFor();
  assert.equal(await list.locator('#acknowledged').count(), 0);
  const actions = await db.query<{ action: string }>(
    `select action from audit where object_type = 'task' and object_id = $1 order by audit_id`,
    [String(failed)],
  );
  assert.deepEqual(
    actions.map(({ action }) => action),
    ['task.acknowledge', 'task.unacknowledge', 'task.acknowledge'],
  );
});

test('what no admin has acknowledged is named, however many newer ones an admin has seen', async () => {
  const { db } = site.server;
  await db.query('delete from tasks');
  const failedUnseen = await insertTask(db, { state: 'failed' });
  const incompleteUnseen = await insertTask(db, { state: 'done', expected: 16, done: 0, failed: 16 });
  await db.query("update tasks set end_time = now() - interval '1 hour'");
  await db.query(
    `with ended as (
       insert into tasks (task_type, state, content, plan_done, objects_failed, created_by_login, end_time)
       select 5, case n % 2 when 0 then 'failed' else 'done' end, '{}', true, n % 2, 'root', now() - interval '1 minute'
       from generate_series(1, 80) n returning *
     ) insert into acknowledgements (task_id, item, login)
     select task_id, case state when 'done' then 'incomplete' else 'failed' end || ' ' || generation || ' '
       || to_char(end_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'colleague' from ended`,
  );
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/');
  const list = page.getByRole('region', { name: 'Needs attention' });
  await list.getByText(`Task ${failedUnseen} failed`).waitFor({ timeout: 2_000 });
  await list.getByText(`Task ${incompleteUnseen} is done, but`).waitFor({ timeout: 2_000 });
  await list.getByText('32 acknowledged').waitFor({ timeout: 2_000 });
});

test('what another admin acknowledges folds away on every open page', async () => {
  const { db } = site.server;
  await db.query('delete from tasks');
  const failed = await insertTask(db, { state: 'failed' });
  const page = await site.signedIn();
  await page.goto('/');
  await page.getByText('live', { exact: true }).waitFor();
  const list = page.getByRole('region', { name: 'Needs attention' });
  await list.getByRole('link', { name: `Task ${failed} failed` }).waitFor();
  const [{ generation, end_time } = { generation: 0, end_time: new Date() }] = await db.query<{
    generation: number;
    end_time: Date;
  }>('select generation, end_time from tasks where task_id = $1', [failed]);
  await db.query('insert into acknowledgements (task_id, item, login) values ($1, $2, $3)', [
    ...[failed, `failed ${generation} ${end_time.toISOString()}`, 'colleague'],
  ]);
  await list.getByText('1 acknowledged').waitFor({ timeout: 10_000 });
  await db.query('delete from acknowledgements');
  await list.getByRole('button', { name: 'Acknowledge' }).waitFor({ timeout: 10_000 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertError, insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';
import { textsOf } from '../support/browser/textsOf.ts';

const site = openSite();

test('errors stand together by their code, and those of one code are retried alone', async () => {
  const taskId = await insertTask(site.server.db, { state: 'done', failed: 3 });
  const other = { code: 28101, desc: 'Sample unreadable' };
  await insertError(site.server.db, taskId, 'no such file');
  await insertError(site.server.db, taskId, 'not a picture', other);
  await insertError(site.server.db, taskId, 'cut off', other);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/${taskId}/view`);
  assert.equal(await page.getByText('Done with errors').count(), 2, 'the task and one of its subtasks');
  await page.getByRole('img', { name: 'Subtasks: 2 done, 3 objects failed' }).waitFor();
  await page.locator('.figure-took').getByText('10 s').waitFor();
  const about = page.getByRole('region', { name: 'About' });
  await about.getByText(/^Ended\s*\d{4}-\d\d-\d\d [\d:]{8} · (now|\d+ sec ago)$/).waitFor();
  const groups = page.getByRole('table', { name: 'Open errors by code' });
  assert.deepEqual(
    (await textsOf(groups.locator('tbody tr'))).map((text) => text.split(' (')[0]),
    ['Sample unreadable 28101 cut off', 'Sample missing 28100 no such file'],
  );
  await groups.getByRole('button', { name: 'Retry: error 28101' }).click();
  await page.getByText('The task has been retried.').waitFor();
  await page.getByText('Retried: objects that failed with 28101').waitFor();
  assert.equal(await groups.getByRole('button').count(), 0, 'what runs cannot be retried');
  const [part] = await site.server.db.query(
    `select state, retry_code from subtasks where task_id = $1 and part_no = 1`,
    [taskId],
  );
  assert.deepEqual(part, { state: 'pending', retry_code: 28101 });
});

test('a task that failed for its error budget says what can be done', async () => {
  const failure = {
    error_code: 28111,
    desc: 'Too many objects failed',
    detail: 'more than 20 %',
  };
  const taskId = await insertTask(site.server.db, { state: 'failed', failure, done: 0, failed: 300 });
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  const notice = page.getByRole('alert');
  await notice.getByText('Too many objects failed: more than 20 %. Its errors say what went wrong').waitFor();
  await page.getByText('300 of 1,000 planned objects').waitFor();
});

test('whatever a task failed for, it says what can be done and leads to the code', async () => {
  const failure = { error_code: 28110, desc: 'Subtask failed', detail: 'subtask 3 was tried 5 times' };
  const taskId = await insertTask(site.server.db, { state: 'failed', failure });
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  const notice = page.getByRole('alert');
  await notice
    .getByText('tried 5 times. The log of the workers gives the reason. Fix that, then retry')
    .waitFor();
  await notice.getByRole('link', { name: 'Error 28110' }).click();
  await page.getByRole('heading', { name: 'Error codes' }).waitFor();
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '28110' }) });
  assert.equal(await row.getAttribute('id'), new URL(page.url()).hash.slice(1));
});

test('errors are counted as open and resolved', async () => {
  const db = site.server.db;
  const taskId = await insertTask(db, { failed: 1 });
  for (const detail of ['gone', 'gone too', 'still there']) await insertError(db, taskId, detail);
  const page = await site.signedIn({ javaScriptEnabled: false });
  const title = page.getByRole('heading', { name: /^Errors/ });
  await page.goto(`/tasks/${taskId}/view`);
  assert.equal(await title.innerText(), 'Errors 3');
  await db.query("update task_errors set overcome_time = now() where detail like 'gone%'");
  await page.reload();
  assert.equal(await title.innerText(), 'Errors 1 open, 2 resolved');
});

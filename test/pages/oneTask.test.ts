import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootLogin } from '../support/servers/apiServer.ts';
import { insertError, insertTask, setState } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';
import { createGcByHand } from '../support/engine/gcByHand.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { textsOf } from '../support/browser/textsOf.ts';

const site = openSite();

test('all subtasks are seen at a glance, however many there are', async () => {
  const taskId = await insertTask(site.server.db);
  await site.server.db.query(
    `insert into subtasks (task_id, part_no, to_key, expected, state, attempt)
     select $1, no, gen_random_uuid(), 500, case when no = 777 then 'failed' else 'pending' end, 0
     from generate_series(3, 1000) no`,
    [taskId],
  );
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  const strip = page.getByRole('img', { name: 'Subtasks: 1 done, 1 running, 997 waiting, 1 failed' });
  await strip.waitFor();
  assert.equal(await strip.locator('.cell').count(), 100);
  assert.equal(
    await strip.locator('.cell[fill="var(--bar-running)"]').textContent(),
    'Subtasks 1 to 10: 1 done, 1 running, 8 waiting · 400 of 5,000 objects · attempt 1',
  );
  assert.match(
    (await strip.locator('.cell[fill="var(--bar-failed)"]').textContent()) ?? '',
    /^Subtasks 771 to 780: 9 waiting, 1 failed/,
  );
  const first = page.getByRole('table', { name: 'Subtasks of the task' }).getByRole('rowheader').first();
  assert.equal(await first.innerText(), '2', 'subtasks are counted from 1; what is done is left out first');
});

test('a task that was cancelled before it was counted says so, in the list too', async () => {
  const { db } = site.server;
  const taskId = await insertTask(db, { state: 'planning', expected: 0, done: 0 });
  await db.query('delete from subtasks where task_id = $1', [taskId]);
  await db.query('update tasks set plan_done = false, parts_all = 0 where task_id = $1', [taskId]);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('counting objects', { exact: true }).waitFor();
  await page.getByText('The task has not been divided into subtasks yet.').waitFor();
  await setState(db, taskId, 'cancelled');
  await page.getByText('cancelled before its objects were counted', { exact: true }).waitFor();
  await page.getByText('The task ended before it was divided into subtasks.').waitFor();
  await page.goto('/tasks');
  const row = page.locator(`[data-live-task="${taskId}"]`);
  await row.getByText('cancelled before its objects were counted', { exact: true }).waitFor();
});

test('a cell of its own tells how far its subtask has come, and moves without a reload', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();
  await site.server.db.query(
    `update subtasks set cursor = '11111111-1111-4111-8111-111111111111', attempt = 2, last_update_time = now()
     where task_id = $1 and part_no = 2`,
    [taskId],
  );
  await site.server.db.query("select pg_notify('luna_tasks', $1::text)", [taskId]);
  const moved = page.locator('.strip title', {
    hasText: 'attempt 2 · come to 11111111-1111-4111-8111-111111111111',
  });
  await moved.waitFor({ state: 'attached' });
});

test('a task is seen among all states, and its ids are copied', async () => {
  const taskId = await insertTask(site.server.db);
  await insertError(site.server.db, taskId, 'no such file');
  const page = await site.signedIn({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`/tasks/${taskId}/view`);
  const here = page.locator('#live-states > .ways [aria-current="step"]');
  assert.equal(await here.innerText(), 'Running');
  assert.deepEqual(await textsOf(page.locator('#live-states > .ways .step-next')), [
    ...['Collecting results (can come next)', 'Pausing (can come next)'],
    ...['Cancelling (can come next)', 'Failed (can come next)'],
  ]);
  assert.equal(
    await page.getByRole('link', { name: 'Its workflow in Temporal' }).getAttribute('href'),
    `http://temporal.example/namespaces/default/workflows/task%3A${taskId}%3A1`,
  );
  await page.getByText('live', { exact: true }).waitFor();
  for (const state of ['planning', 'running', 'pausing', 'paused'] as const)
    await setState(site.server.db, taskId, state);
  await here.getByText('Paused').waitFor();
  assert.deepEqual(await textsOf(page.locator('#live-states > .ways .step-passed')), [
    'Pending (passed)',
    'Planning (passed) (can come next)',
    'Running (passed) (can come next)',
    'Pausing (passed)',
  ]);
  const cancelled = page.locator('#live-states').getByText('Cancelled', { exact: true });
  assert.equal(await cancelled.isVisible(), false, 'what is far off is folded');
  await page.getByText('All states', { exact: true }).click();
  await cancelled.waitFor();
  await setState(site.server.db, taskId, 'done');
  await here.getByText('Done').waitFor();
  await cancelled.waitFor();
  assert.equal(await page.locator('#live-states > .ways .step-next').count(), 0);
  assert.equal(await page.getByText('Outlined').count(), 0, 'nothing can come');

  const cell = page.getByRole('table', { name: 'Newest errors' }).locator('.cell-id');
  await cell.getByRole('button', { name: 'Copy id of the face' }).click();
  await cell.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate<string>('navigator.clipboard.readText()');
  assert.equal(`face ${copied}`, await cell.getByRole('link').innerText());
});

test('the throttle has a slider where scripts run, which says what the field says', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('Throttle…').click();
  const slider = page.getByRole('slider', { name: 'Throttle' });
  const field = page.getByRole('textbox', { name: 'Objects per second' });
  assert.equal(await slider.getAttribute('aria-valuetext'), 'no limit');
  await slider.fill('100');
  assert.equal(await field.inputValue(), '100');
  await field.fill('1000');
  assert.deepEqual(
    [await slider.inputValue(), await slider.getAttribute('aria-valuetext')],
    ['150', '1000 per second'],
  );
  await slider.press('ArrowLeft');
  assert.equal(await field.inputValue(), '950');
  await page.getByRole('button', { name: 'Set limit' }).click();
  await page.getByText('Throttled to 950/s…').waitFor();
  await page.getByText('Throttled to 950/s…').click();
  assert.equal(await slider.inputValue(), '149');
  await slider.press('End');
  assert.equal(await field.inputValue(), '');
});

test('the rate over time is drawn by the server, and goes on without a reload', async () => {
  const taskId = await insertTask(site.server.db);
  await site.server.db.query(
    `insert into task_samples (task_id, sample_time, handled)
     select $1, now() - (10 - n) * interval '10 seconds', n * 100 from generate_series(1, 9) n`,
    [taskId],
  );
  const plain = await site.signedIn({ javaScriptEnabled: false });
  await plain.goto(`/tasks/${taskId}/view`);
  const rate = plain.getByRole('region', { name: 'Rate', exact: true });
  await rate.getByRole('img', { name: 'at most 10/s' }).waitFor();
  await rate.getByText('As a table').click();
  assert.equal(await rate.getByRole('cell', { name: '10/s' }).count(), 8);
  await site.visitor.close();

  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByText('As a table').click();
  await site.server.db.query(
    `insert into task_samples (task_id, sample_time, handled)
     select $1, max(sample_time) + interval '5 seconds', 1500 from task_samples where task_id = $1`,
    [taskId],
  );
  await site.server.db.query("select pg_notify('luna_tasks', $1::text)", [taskId]);
  await setState(site.server.db, taskId, 'paused');
  await page.getByRole('cell', { name: '120/s' }).waitFor();
  assert.equal(
    await page.getByRole('region', { name: 'as a table' }).isVisible(),
    true,
    'the table stays open',
  );
  assert.match((await page.locator('.chart-column title').last().textContent()) ?? '', / 120\/s$/);
});

test('a task is throttled, and its history tells who did what, without JavaScript', async () => {
  const taskId = await insertTask(site.server.db);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto(`/tasks/${taskId}/view`);
  const set = async (rate: string): Promise<void> => {
    await page.getByLabel('Objects per second').fill(rate);
    await page.getByRole('button', { name: 'Set limit' }).click();
  };
  await page.getByText('Throttle…').click();
  await set('fast');
  const field = page.getByRole('textbox', {
    name: 'Objects per second',
    description: /^Enter a whole number/,
  });
  assert.equal(await field.inputValue(), 'fast');
  await set('50');
  await page.getByText('The task is limited to 50/s.').waitFor();
  await page.getByText('Throttled to 50/s…').click();
  assert.equal(await page.getByLabel('Objects per second').inputValue(), '50');
  await page.getByLabel('Objects per second').fill('');
  await page.getByRole('button', { name: 'Set limit' }).click();
  await page.getByText('The rate limit was removed.').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('The task is being paused.').waitFor();
  await setState(site.server.db, taskId, 'paused');
  const failure = { error_code: 28115, desc: 'Attempt failed, retrying', detail: 'no space left' };
  await site.server.db.query(
    `insert into task_log (task_id, part_no, attempt, outcome, worker, failure, repeats) values
       ($1, 2, 3, 'lost', 'pod-1:17', null, 1), ($1, 2, 4, 'given_back', 'pod-1:17', null, 1),
       ($1, 2, 9, 'failed', 'pod-2:17', $2, 5)`,
    [taskId, JSON.stringify(failure)],
  );
  // As a worker of the release before writes it.
  await site.server.db.query('insert into task_log (task_id, part_no, attempt) values ($1, 2, 3)', [taskId]);
  await setState(site.server.db, taskId, 'cancelled');
  await page.reload();

  const lines = await textsOf(page.locator('.timeline li'));
  assert.deepEqual(
    lines.map((line) => line.replace(/\s*\d{4}-\d\d-\d\d.*$/s, '')),
    [
      'Ended: cancelled',
      'Subtask 2, attempt 2 was lost: the worker was killed, or its heartbeats stopped',
      'Subtask 2, attempt 3 on pod-1:17 was lost: the worker was killed, or its heartbeats stopped',
      'Subtask 2, attempt 9 on pod-2:17 failed: Attempt failed, retrying: no space left, 5 times',
      'Paused',
      `Pause requested by ${rootLogin}`,
      `Rate limit removed by ${rootLogin}`,
      `Rate limit set to 50/s by ${rootLogin}`,
    ],
  );
  assert.equal(await page.getByText('Throttle…').count(), 0, 'what has ended cannot be throttled');
});

test('a task whose subtask cannot go on says so, on which worker, and who is in the way', async () => {
  const taskId = await insertTask(site.server.db);
  const detail = "a lock on faces is held by 'psql' (user ops) since 2026-05-04T03:00:00.000Z";
  await site.server.db.query(
    `update subtasks set state = 'pending', worker = 'pod-1:17', attempt = 3, failed_attempts = 3, failure = $2
     where task_id = $1 and part_no = 2`,
    [taskId, JSON.stringify({ error_code: 28108, desc: 'Waiting for a lock', detail })],
  );
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  const notice = (await textsOf(page.getByRole('alert'))).join(' ');
  assert.match(notice, /The task is stuck\./);
  assert.ok(notice.includes(`Waiting for a lock: ${detail}.`), notice);
  assert.match(notice, /Error 28108/);
  const [row] = await textsOf(
    page
      .getByRole('table', { name: 'Subtasks of the task' })
      .locator('tbody tr')
      .filter({ hasText: 'pod-1:17' }),
  );
  assert.ok(row?.includes(detail), row);

  await page.goto('/');
  assert.ok(
    (await textsOf(page.locator('main'))).join(' ').includes(`Task ${taskId} is stuck: Waiting for a lock`),
  );
});

const removal = { target: 'faces', filters: { external_ids: ['undone'] }, store_results: true };

test('a rehearsal says on its page and in the list that it is one', async () => {
  const content = { ...removal, rehearsal: true };
  const taskId = await insertTask(site.server.db, { taskType: 4, state: 'done', done: 1_000, content });
  const page = await site.signedIn();
  await page.goto(`/tasks/${taskId}/view`);
  await page.getByRole('heading', { name: 'Rehearsal: remove faces', level: 1 }).waitFor();
  await page.getByText('Rehearsal', { exact: true }).waitFor();
  await page.getByText('it reports what it would remove and changes nothing').waitFor();
  await page.goto('/tasks');
  await page.locator(`[data-live-task="${taskId}"]`).getByText('Rehearsal: remove faces').waitFor();
});

test('what a gc has removed is put back by a button on its page, which leads to the task that does it', async () => {
  const { db } = site.server;
  await insertFaces(db, [buildFace({ externalId: 'undone' })]);
  const gc = await createGcByHand(db).run({ ...removal, target: 'faces', undo_window: '7d' });
  const page = await site.signedIn();
  await page.goto(`/tasks/${gc.taskId}/view`);
  await page.getByText(/^what it removed can be restored until /).waitFor();
  await page.getByText('Undo…').click();
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('heading', { name: `Restore faces of task ${gc.taskId}`, level: 1 }).waitFor();
  await page.getByText(/^Task \d+ restores what task \d+ removed\.$/).waitFor();
  await page.goto(`/tasks/${gc.taskId}/view`);
  await page.getByRole('link', { name: /^what it removed is being restored by task \d+$/ }).waitFor();
  assert.equal(await page.getByText('Undo…').count(), 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStock } from '../../db/ops/stock.ts';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { basic } from '../support/rows/basic.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { logIn } from '../support/browser/visitor.ts';
import { insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const everybody = { orchestrate: 2, gc: 2, extract: 3 };
let workers = everybody;
let isBroken = false;
const site = openSite({
  workersByQueue: () => Promise.resolve(workers),
  checks: [
    { name: 'postgresql', dependent: false, run: () => undefined },
    { name: 'temporal', dependent: true, run: () => (isBroken ? Promise.reject(new Error()) : undefined) },
  ],
});

test('home tells how far each version of face descriptors has come', async () => {
  const faces = [[1], [1], [1, 3], [1, 3], [], [2]].map((versions) => buildFace({ versions }));
  await insertFaces(site.server.db, faces);
  const page = await site.signedIn();
  await page.goto('/');
  const row = (name: string) => page.locator('tbody').getByRole('row').filter({ hasText: name });
  assert.match(await row('Version 1').innerText(), /default.*resnet128\s+4\s+100 %/s);
  assert.match(await row('Version 2').innerText(), /no network available\s+1\s+25 %\s+at least 3 missing/s);
  assert.match(await row('Version 3').innerText(), /mobileface\s+2\s+50 %\s+at least 2 missing/s);
  await page.getByLabel('Counts').getByText('6', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Extract them as version 3' }).click();
  await page.getByRole('heading', { name: 'New task' }).waitFor();
  assert.equal(new URL(page.url()).search, '?kind=extract-faces&descriptor_version=3');
});

test('when the default version is gone, each version is compared with all faces', async () => {
  await site.server.db.query('delete from face_descriptors where descriptor_version = 1');
  const other = await site.another();
  const page = await site.visit({ url: other.url });
  await logIn(page, rootLogin, rootPassword);
  const table = page.getByRole('table', { name: 'Faces with a descriptor of each version' });
  await table.getByText('Share of all faces').waitFor();
  const row = (name: string) => table.getByRole('row').filter({ hasText: name });
  assert.match(await row('Version 1').innerText(), /default.*resnet128\s+0\s+0 %\s+6 missing/s);
  assert.match(await row('Version 3').innerText(), /mobileface\s+2\s+33 %\s+4 missing/s);
  const extracts = table.getByRole('link', { name: 'Extract them' });
  assert.equal(await extracts.count(), 0, 'nothing can be extracted from the default version');
  await page.getByText('No face has the default version, 1.').waitFor();
});

test('whoever looks first asks the database no more than whoever looks next', async () => {
  const server = await site.another();
  const look = async (path: string): Promise<number> => {
    const asked = server.questions();
    const answer = await fetch(server.url + path, {
      headers: { ...basic(rootLogin, rootPassword), accept: 'text/html' },
    });
    assert.equal(answer.status, 200);
    await answer.text();
    return server.questions() - asked;
  };
  // The log-in of the first request is no matter of the page, and may take longer than what is warm stays so.
  await look('/version/view');
  await server.warm();
  const [first, next] = [await look('/'), await look('/')];
  // Whether the account is still the same is asked once a second.
  assert.ok(first <= next + 1, `${first} questions, then ${next}`);
});

test('many rows are estimated, few are counted', async () => {
  await site.server.db.query(
    `insert into events (event_id, account_id)
     select gen_random_uuid(), gen_random_uuid() from generate_series(1, 30000)`,
  );
  await site.server.db.query('analyze events');
  const { events, faces } = await readStock(site.server.db);
  assert.equal(faces.isExact, true);
  assert.equal(events.isExact, false);
  assert.ok(Math.abs(events.count - 30_000) < 1_500, String(events.count));
  // A page of another process has not asked before.
  const other = await site.another();
  const page = await site.visit({ url: other.url });
  await logIn(page, rootLogin, rootPassword);
  await page
    .getByLabel('Counts')
    .getByText(/^≈\s(29|30|31)/)
    .waitFor();
});

test('home tells of samples without an owner, and leads to their removal', async () => {
  await site.server.db.query('update ownerless_samples set total = 1234');
  const other = await site.another();
  const page = await site.visit({ url: other.url });
  await logIn(page, rootLogin, rootPassword);
  const tile = page.getByLabel('Counts').getByRole('link', { name: 'Samples without an owner' });
  assert.match(await tile.innerText(), /1,234/);
  await tile.click();
  await page.getByText('Removes samples whose face or event is gone').waitFor();
});

test('home names what failed, what stands still and who is missing, and nothing else', async () => {
  const failed = await insertTask(site.server.db, {
    state: 'failed',
    failure: { error_code: 28111, desc: 'Too many objects failed', detail: 'more than 20 %' },
  });
  const incomplete = await insertTask(site.server.db, { state: 'done', expected: 16, done: 0, failed: 16 });
  const stalled = await insertTask(site.server.db);
  const running = await insertTask(site.server.db);
  await site.server.db.query(
    `with parts as (
       update subtasks set last_update_time = now() - interval '7 minutes' where task_id = $1
     ) update tasks set last_update_time = now() - interval '7 minutes' where task_id = $1`,
    [stalled],
  );
  await site.server.db.query(
    `insert into notifications (notification_id, url, payload, task_status, secret, next_attempt_time)
     select gen_random_uuid(), '', '{}', 3, '', now() - interval '2 minutes' from generate_series(1, 3)`,
  );
  const page = await site.signedIn();
  await page.goto('/');
  const list = page.getByRole('region', { name: 'Needs attention' });
  await list
    .getByRole('link', {
      name: `Task ${failed} failed: Too many objects failed: more than 20 %.`,
    })
    .waitFor();
  await list
    .getByRole('link', { name: `Task ${incomplete} is done, but 16 of 16 objects failed.` })
    .waitFor();
  await list.getByRole('link', { name: `Task ${stalled} has made no progress for 7 minutes.` }).waitFor();
  await list.getByText('Overdue webhooks: 3.').waitFor();
  assert.equal(await list.getByText(`Task ${running} `).count(), 0);
  assert.equal(await list.getByText('No worker').count(), 0);

  await page.getByText('live', { exact: true }).waitFor();
  workers = { ...everybody, gc: 0 };
  await list.getByText('No worker is running').waitFor();
  workers = { ...everybody, extract: 0 };
  await list.getByText('No extracting worker is running').waitFor();
  assert.equal(await list.getByText('No worker is running').count(), 0);
  workers = everybody;
  await list.getByText('No worker').waitFor({ state: 'detached' });
});

for (const isWell of [true, false]) {
  test(`home tells of each part of the service that it is ${isWell ? 'well' : 'not well'}`, async () => {
    isBroken = !isWell;
    workers = { ...everybody, extract: isWell ? 3 : 0 };
    await site.server.db.query('update notifications set next_attempt_time = now() + $1::interval', [
      isWell ? '1 hour' : '-2 minutes',
    ]);
    try {
      const other = await site.another();
      const page = await site.visit({ url: other.url });
      await logIn(page, rootLogin, rootPassword);
      const items = page.getByRole('list', { name: 'Health' }).getByRole('listitem');
      await items.first().waitFor();
      assert.deepEqual(await textsOf(items), [
        'Database answers',
        `Temporal ${isWell ? 'answers' : 'not working'}`,
        'Workers 2',
        `Extracting workers ${isWell ? '3' : 'none'}`,
        `Messages ${isWell ? 'none overdue' : '3 overdue'}`,
      ]);
    } finally {
      isBroken = false;
      workers = everybody;
    }
  });
}

test('home says when tasks ended and how long they took, and goes on saying it', async () => {
  const taskId = await insertTask(site.server.db, { state: 'done', description: 'soon over' });
  await site.server.db.query(
    `update tasks set running_ms = 184000, end_time = now() - interval '1 second' where task_id = $1`,
    [taskId],
  );
  const page = await site.signedIn();
  await page.clock.install();
  await page.goto('/');
  const row = page
    .getByRole('table', { name: 'Recent tasks' })
    .getByRole('row')
    .filter({ hasText: 'soon over' });
  await row.getByText('took 3 min 4 s').waitFor();
  assert.equal(await page.getByRole('columnheader', { name: 'Ended' }).count(), 1);
  const ended = row.locator('time');
  assert.match(await ended.innerText(), /sec ago$/);
  await page.clock.fastForward('05:00');
  await row.getByText('5 min ago').waitFor();
  assert.match((await ended.getAttribute('title')) ?? '', /^\d{4}-\d\d-\d\d [\d:]{8} UTC$/);
});

test('home charts what was done and what failed, of the last hour and day', async () => {
  await site.server.db.query(
    `insert into activity (minute, task_type, error_code, items)
     select date_trunc('minute', now()) - n * interval '1 minute', kind, code, 600
     from generate_series(1, 30) n, (values (4, 0), (5, 0), (5, 28100)) k (kind, code)`,
  );
  const other = await site.another();
  const page = await site.visit({ url: other.url });
  await logIn(page, rootLogin, rootPassword);
  const activity = page.getByRole('region', { name: 'Activity', exact: true });
  await activity.getByRole('img', { name: /^Objects per second, last hour, .* at most 10\/s$/ }).waitFor();
  await activity.getByRole('img', { name: /^Errors per minute, last hour, .* at most 600$/ }).waitFor();
  // Whoever points at a moment is told its values.
  assert.match(
    (await activity.locator('.chart-column title').nth(30).textContent()) ?? '',
    /^\d\d:\d\d\nAdditional extract \d+\/s\nGarbage collection \d+\/s$/,
  );
  await activity.getByText('As a table').nth(2).click();
  await activity.getByRole('columnheader', { name: 'Sample missing 28100' }).first().waitFor();
  await activity.getByText('0/s now, all tasks').waitFor();
});

test('the theme follows the system until another one is chosen, and that is kept', async () => {
  const page = await site.signedIn({ colorScheme: 'light' });
  await page.goto('/');
  const html = page.locator('html');
  const theme = page.getByRole('group', { name: 'Theme' });
  assert.equal(await html.getAttribute('data-theme'), 'light');
  assert.equal(await theme.getByRole('button', { name: 'System' }).getAttribute('aria-pressed'), 'true');
  await theme.getByRole('button', { name: 'Dark' }).click();
  assert.equal(await html.getAttribute('data-theme'), 'dark');
  await page.goto('/accounts');
  assert.equal(await html.getAttribute('data-theme'), 'dark');
  await theme.getByRole('button', { name: 'System' }).click();
  assert.equal(await html.getAttribute('data-theme'), 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-theme=dark]').waitFor();
});

test('home tells of a task that has come to a standstill though nothing happens', async () => {
  const { db } = site.server;
  await db.query('delete from tasks');
  const taskId = await insertTask(db);
  const page = await site.signedIn();
  await page.clock.install();
  const caughtUp = page.waitForResponse((answer) => answer.request().headers()['live-refresh'] !== undefined);
  await page.goto('/');
  await caughtUp;
  // As time would do it: without a word from the triggers.
  await db.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    for (const table of ['tasks', 'subtasks'])
      await tx.query(
        `update ${table} set last_update_time = now() - interval '6 minutes' where task_id = $1`,
        [taskId],
      );
  });
  await page.clock.fastForward(60_000);
  await page.getByText(`Task ${taskId} has made no progress for 6 minutes.`).waitFor();
});

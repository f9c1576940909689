import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { rootLogin } from '../support/servers/apiServer.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { registerAccount } from '../support/browser/visitor.ts';
import { insertError, insertTask } from './taskRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();

const signedIn = (): Promise<Page> => site.signedIn({ javaScriptEnabled: false });

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

test('the errors of all tasks are grouped by code, filtered in the address, and lead to their task', async () => {
  const taskId = await insertTask(site.server.db, { description: 'broken samples' });
  const otherId = await insertTask(site.server.db);
  for (let n = 0; n < 3; n++) await insertError(site.server.db, taskId, `no file ${n}`);
  await insertError(site.server.db, otherId, 'not a picture', { code: 28101, desc: 'Sample unreadable' });
  const page = await signedIn();
  await page.goto('/');
  await open(page, 'Errors');
  const rows = page.getByRole('table', { name: 'Errors, newest first' }).getByRole('row');
  assert.equal((await textsOf(rows)).length, 5);

  await page.getByRole('link', { name: '3 Sample missing 28100' }).click();
  assert.equal(new URL(page.url()).search, '?error_code=28100');
  assert.equal((await textsOf(rows)).length, 4);
  await page.getByRole('link', { name: '1 Sample unreadable 28101' }).waitFor();

  await page.getByLabel('Task', { exact: true }).fill(String(otherId));
  await page.getByLabel('Code', { exact: true }).fill('');
  await page.getByLabel('From').fill('now-1h');
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.equal((await textsOf(rows)).length, 2);
  assert.equal(await page.getByLabel('From').inputValue(), 'now-1h');
  const object = page
    .getByRole('table', { name: 'Errors, newest first' })
    .getByRole('link', { name: /^face / });
  const faceId = (await object.innerText()).slice('face '.length);
  assert.equal(await object.getAttribute('href'), `/faces/${faceId}/view`);
  await page.getByRole('link', { name: `Task ${otherId}` }).click();
  await page.getByText('not a picture', { exact: true }).first().waitFor();
});

test('a filter that cannot be read shows no error at all, and says what is wrong', async () => {
  const taskId = await insertTask(site.server.db);
  await insertError(site.server.db, taskId, 'must not be shown');
  const page = await signedIn();
  for (const [name, label] of [
    ['task_ids', 'Task'],
    ['error_code', 'Code'],
    ['error_time__gte', 'From'],
  ] as const) {
    const answer = await page.goto(`/errors/view?${name}=word`);
    assert.equal(answer?.status(), 400, name);
    await page.getByRole('alert').getByRole('link', { name: label }).waitFor();
    assert.equal(await page.getByLabel(label, { exact: true }).inputValue(), 'word');
    assert.equal(await page.getByText('must not be shown').count(), 0);
  }
});

test('errors are turned page by page with their filters', async () => {
  const taskId = await insertTask(site.server.db);
  for (let n = 0; n < 21; n++) await insertError(site.server.db, taskId, `number ${n}`);
  const page = await signedIn();
  await page.goto(`/errors/view?task_ids=${taskId}`);
  await page.getByText('1–20 of 21').waitFor();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByText('21–21 of 21').waitFor();
  await page.getByText('number 0').waitFor();
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);
  const lines = (await text(await csv.createReadStream())).trimEnd().split('\r\n');
  assert.deepEqual([csv.suggestedFilename(), lines.length], ['errors.csv', 22]);
});

test('the audit shows who did what, before and after, and is filtered', async () => {
  const accountId = await registerAccount(site.server, {
    login: 'audited@example.com',
    password: 'secret',
    account_type: 'user',
  });
  const page = await signedIn();
  await page.goto('/');
  await open(page, 'Audit');
  const row = page.getByRole('row').filter({ hasText: 'audited@example.com' });
  assert.match(await row.innerText(), /Created account .*login audited@example\.com\s+account type user/s);
  assert.match(await row.innerText(), new RegExp(rootLogin));

  await page.getByLabel('Action').selectOption('Account: created');
  await page.getByLabel('Object id').fill(accountId);
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.equal((await textsOf(page.getByRole('table').getByRole('row'))).length, 2);
  await page.getByRole('link', { name: 'account audited@example.com' }).click();
  await page.getByRole('heading', { name: 'audited@example.com', level: 1 }).waitFor();

  await page.goto('/audit/view?object_type=planet');
  await page.getByRole('alert').getByText('Object: must be one of').waitFor();
});

test("an account's page shows its newest lists and leads to all of them", async () => {
  const accountId = await registerAccount(site.server, {
    login: 'lists@example.com',
    password: 'secret',
    account_type: 'user',
  });
  await site.server.db.query(
    `insert into lists (list_id, account_id, user_data, last_update_time)
     select gen_random_uuid(), $1, 'list ' || n, now() + n * interval '1 second' from generate_series(1, 23) n`,
    [accountId],
  );
  await site.server.db.query(
    `insert into list_faces (list_id, face_id)
     select list_id, gen_random_uuid() from lists, generate_series(1, 1234) where user_data = 'list 23'`,
  );
  const page = await signedIn();
  await page.goto(`/accounts/${accountId}`);
  const newest = page.getByRole('row').filter({ hasText: 'list 23' });
  assert.match(await newest.innerText(), /1,234/);
  assert.equal(await page.getByText('list 18').count(), 0);
  await page.getByRole('link', { name: 'All 23 lists' }).click();
  await page.getByRole('heading', { name: 'Lists of lists@example.com' }).waitFor();
  await page.getByText('1–20 of 23').waitFor();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByRole('row').filter({ hasText: 'list 1' }).first().waitFor();
});

test('a list shows the last hour, day, week or month with one link, beside its other conditions', async () => {
  const { db } = site.server;
  const [recent, old] = [await insertTask(db), await insertTask(db)];
  await db.query("update tasks set create_time = now() - interval '3 days' where task_id = $1", [old]);
  await insertError(db, recent, 'recent');
  await insertError(db, old, 'old');
  await db.query("update task_errors set error_time = now() - interval '3 days' where task_id = $1", [old]);
  const page = await signedIn();
  const choose = (name: string) => page.getByRole('link', { name, exact: true }).click();
  const current = () => textsOf(page.locator('.filter-box [aria-current=true]'));
  const newest = page.getByLabel(`Select task ${recent}`, { exact: true });
  const oldest = page.getByLabel(`Select task ${old}`, { exact: true });

  await page.goto(`/tasks/view?task_ids=${recent},${old}&sort=oldest`);
  assert.deepEqual(await current(), ['Any time']);
  await choose('Last hour');
  await newest.waitFor();
  assert.equal(await oldest.count(), 0);
  assert.equal(await page.getByLabel('Created from').inputValue(), 'now-1h');
  const { searchParams } = new URL(page.url());
  assert.deepEqual(
    [searchParams.get('task_ids'), searchParams.get('sort')],
    [`${recent},${old}`, 'oldest'],
    'the other conditions and the order are kept',
  );
  await choose('7 days');
  await oldest.waitFor();
  assert.deepEqual(await current(), ['7 days']);

  await page.goto(`/errors/view?task_ids=${recent},${old}`);
  await choose('24 hours');
  const errors = page.getByRole('table', { name: 'Errors, newest first' });
  await errors.getByRole('link', { name: `Task ${recent}` }).waitFor();
  assert.equal(await errors.getByRole('link', { name: `Task ${old}` }).count(), 0);

  await page.goto('/audit/view?login=nobody@example.com');
  await choose('30 days');
  assert.equal(new URL(page.url()).search, '?login=nobody%40example.com&audit_time__gte=now-30d');
});

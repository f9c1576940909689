import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as newId } from 'uuid';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { openSite } from '../support/browser/site.ts';
import { contentOnPage } from './taskRows.ts';
import { unfold } from './unfold.ts';

const site = openSite();
const account = '00000000-0000-7000-8000-000000000001';

async function insertList(name: string): Promise<string> {
  const { db } = site.server;
  const listId = newId();
  const face = buildFace({ accountId: account, versions: [1] });
  await insertFaces(db, [face]);
  await db.query('insert into lists (list_id, account_id, user_data) values ($1, $2, $3)', [
    listId,
    account,
    name,
  ]);
  await db.query('insert into list_faces (list_id, face_id) values ($1, $2)', [listId, face.faceId]);
  return listId;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`an account is chosen by its login and a list by its name, ${how} JavaScript`, async () => {
    const name = `guests ${how}`;
    const listId = await insertList(name);
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto('/tasks/new?kind=gc-faces');
    const choices = page.getByLabel('Account', { exact: true });
    assert.match(
      (await choices.locator(`option[value="${account}"]`).textContent()) ?? '',
      / · \d+ faces?, \d+ lists?$/,
    );
    await choices.selectOption(account);
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Preview' }).click();
    await page.locator('select#list_id').selectOption({ label: `${name} · 1 face` });
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('region', { name: 'Preview' }).getByText('All of them').first().waitFor();
    await page.getByRole('button', { name: 'Remove faces' }).click();
    await page.getByText('was created.').waitFor();
    const { filters } = (await contentOnPage(site.server.db, page.url())) as { filters: object };
    assert.deepEqual(filters, { account_id: account, list_id: listId });
  });

  test(`a time is picked from a calendar, as UTC, ${how} JavaScript`, async () => {
    const page = await site.signedIn({ javaScriptEnabled, timezoneId: 'Asia/Tokyo' });
    await page.goto('/tasks/new?kind=gc-samples');
    await page.getByLabel('Created before, picked in UTC').fill('2026-01-31T12:30');
    await page.getByRole('button', { name: 'Remove samples' }).click();
    await page.getByText('was created.').waitFor();
    const { filters } = (await contentOnPage(site.server.db, page.url())) as { filters: object };
    assert.deepEqual(filters, { create_time__lt: '2026-01-31T12:30:00.000Z' });
  });
}

test('a text and a picked time at once are refused beside their field', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-samples&create_time__lt=now-7d');
  await page.getByLabel('Created before, picked in UTC').fill('2026-01-31T12:30');
  await page.getByRole('button', { name: 'Remove samples' }).click();
  await page.getByRole('alert').getByText('fill in either the text or the date, not both').waitFor();
  assert.equal(await page.getByLabel('Created before, picked in UTC').inputValue(), '2026-01-31T12:30');
});

test('priority and window are set in the form, which folds them until they are', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-samples');
  const window = page.getByLabel('Concurrent subtasks');
  assert.equal(await window.isVisible(), false);
  await unfold(page);
  await window.fill('65');
  await page.getByLabel('Priority').selectOption('1');
  await page.getByRole('button', { name: 'Remove samples' }).click();
  await page.getByRole('alert').getByText('Concurrent subtasks: must be at most 64').waitFor();
  assert.equal(await window.isVisible(), true, 'what is wrong is unfolded');
  await window.fill('5');
  await page.getByRole('button', { name: 'Remove samples' }).click();
  await page.getByText('was created.').waitFor();
  const [row] = await site.server.db.query(
    'select priority, window_size from tasks order by task_id desc limit 1',
  );
  assert.deepEqual(row, { priority: 1, window_size: 5 });
});

test('the commonest removals are one click from their preview', async () => {
  await insertFaces(site.server.db, [buildFace({ versions: [1] })]);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new');
  await page.getByRole('link', { name: 'Events older than 30 days' }).click();
  await page.getByText('No event matches all of the conditions.').waitFor();
  assert.equal(await page.getByLabel('Created before', { exact: true }).inputValue(), 'now-30d');
  await page.getByRole('link', { name: 'Samples without an owner', exact: true }).click();
  await page.getByText('No such sample lacks its face or event.').waitFor();
  await page.goto('/tasks/new?kind=gc-face-descriptors');
  await page.getByRole('radio', { name: /^1 · face, resnet128 · \d+ faces? \(the default\)$/ }).waitFor();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`the version to remove is one of those that are stored, or another one, ${how} JavaScript`, async () => {
    const { db } = site.server;
    await db.query('truncate faces, face_descriptors, tasks cascade');
    await insertFaces(db, [buildFace({ versions: [1, 2] }), buildFace({ versions: [1] })]);
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto('/tasks/new?kind=gc-face-descriptors');
    assert.deepEqual(
      await textsOf(page.getByRole('group', { name: 'Descriptor version to remove' }).locator('label')),
      ['1 · face, resnet128 · 2 faces (the default)', '2 · no network · 1 face', 'Other'],
    );
    const [stored, other] = [page.getByRole('radio', { name: /^2 / }), page.getByLabel('Other version')];
    await stored.check();
    await other.fill('77');
    await page.getByRole('button', { name: 'Preview' }).click();
    if (!javaScriptEnabled) {
      await page.getByRole('alert').getByText('choose either version 2 or another one, not both').waitFor();
      assert.deepEqual([await stored.isChecked(), await other.inputValue()], [true, '77']);
      await page.getByRole('radio', { name: 'Other' }).check();
      await page.getByRole('button', { name: 'Preview' }).click();
    }
    await page.getByText('No face has a descriptor of version 77').waitFor();
    assert.equal(await other.inputValue(), '77');
    await page.goBack();
    await page.getByRole('region', { name: 'Preview' }).waitFor({ state: 'detached' });
    assert.deepEqual([await stored.isChecked(), await other.inputValue()], [false, '77']);
    await stored.check();
    await other.fill('');
    if (javaScriptEnabled) {
      await other.fill('78');
      assert.equal(await stored.isChecked(), false, 'what is typed is what is chosen');
      await stored.check();
      assert.equal(await other.inputValue(), '');
    }
    await page.getByRole('button', { name: 'Remove descriptors' }).click();
    await page.getByText('was created.').waitFor();
    const { filters } = (await contentOnPage(db, page.url())) as { filters: object };
    assert.deepEqual(filters, { descriptor_version: 2 });
    await page.getByRole('link', { name: 'Duplicate' }).click();
    await page.getByRole('radio', { name: /^2 / }).waitFor();
    assert.equal(await stored.isChecked(), true);
  });
}

test('a version that is nowhere stored is filled in by its address, and none is chosen before anyone did', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-face-descriptors&descriptor_version=77');
  assert.equal(await page.getByLabel('Other version').inputValue(), '77');
  await page.goto('/tasks/new?kind=gc-face-descriptors');
  assert.equal(await page.locator('[type=radio]:checked').count(), 0);
  await page.getByRole('button', { name: 'Remove descriptors' }).click();
  await page.getByRole('alert').getByText('Descriptor version to remove: ').waitFor();
});

test('a form of a new task is no longer than a screen', async () => {
  const page = await site.signedIn({ viewport: { width: 1280, height: 700 } });
  for (const [kind, most] of [
    ['extract-faces', 900],
    ['extract-events', 900],
    ['gc-face-descriptors', 900],
    ['gc-event-descriptors', 900],
    ['gc-faces', 1_000],
    ['gc-events', 1_000],
    ['gc-samples', 900],
  ] as const) {
    await page.goto(`/tasks/new?kind=${kind}`);
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    assert.ok(height <= most, `${kind}: ${height} pixels`);
  }
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`of more accounts than can be shown one is named by its login, ${how} JavaScript`, async () => {
    const { db } = site.server;
    const name = `staff ${how}`;
    await insertList(name);
    await db.query(
      `insert into accounts (account_id, login, password_hash, account_type)
       select gen_random_uuid(), 'user' || n || '@example.com', '-', 'user' from generate_series(1, 201) n
       on conflict do nothing`,
    );
    const [row] = await db.query<{ login: string }>('select login from accounts where account_id = $1', [
      account,
    ]);
    const login = row?.login ?? '';
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto('/tasks/new?kind=gc-faces');
    const named = page.getByLabel('Account', { exact: true });
    assert.equal(await page.locator(`#account_id-list option[value="${login}"]`).count(), 1);
    await named.fill('user1@example.org');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('alert').getByText('Account: no account has this login').waitFor();
    assert.equal(await named.inputValue(), 'user1@example.org');

    await named.fill(login);
    if (javaScriptEnabled) await named.press('Tab');
    else await page.getByRole('button', { name: 'Preview' }).click();
    await page.locator('select#list_id').selectOption({ label: `${name} · 1 face` });
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('region', { name: 'Preview' }).getByText('All of them').first().waitFor();
    assert.equal(await named.inputValue(), login);
    await page.getByRole('button', { name: 'Remove faces' }).click();
    await page.getByText('was created.').waitFor();
    const { filters } = (await contentOnPage(db, page.url())) as { filters: { account_id: string } };
    assert.equal(filters.account_id, account);
    await page.goto(`/schedules/new?kind=gc-events`);
    await page.getByLabel('Cron expression').fill('0 4 * * SUN');
    await named.fill(login);
    await page.getByRole('button', { name: 'Create schedule' }).click();
    await page.getByText('was created and started.').waitFor();
  });
}

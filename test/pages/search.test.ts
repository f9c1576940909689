import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { registerAccount } from '../support/browser/visitor.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { insertError, insertTask } from './taskRows.ts';

const site = openSite();

async function look(page: Page, text: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search everything' }).fill(text);
  // What was left behind must not be taken for what is led to.
  await page.waitForLoadState();
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')]);
}

const path = (page: Page): string => new URL(page.url()).pathname;
const hits = (page: Page, group: string) => page.getByRole('region', { name: group }).getByRole('link');

test('without scripts the header of every page leads to the one thing that is named exactly', async () => {
  const { db } = site.server;
  const [accountId = ''] = await Promise.all(
    ['north@example.com', 'true-north@example.com'].map((login) =>
      registerAccount(site.server, { login, password: 'secret', account_type: 'user', description: 'Gate' }),
    ),
  );
  const face = buildFace({ accountId, externalId: 'badge:17', userData: 'sample6.jpg#4' });
  await insertFaces(db, [face]);
  const event = buildEvent({ accountId, userData: 'left early' });
  await insertEventRows(db, [event]);
  const listId = '01900000-0000-7000-8000-0000000000aa';
  await db.query("insert into lists (list_id, account_id, user_data) values ($1, $2, 'Visitors of 2026')", [
    ...[listId, accountId],
  ]);
  const resultId = '11111111-1111-4111-8111-111111111111';
  // Beyond what else has a number: error codes, versions.
  await db.query("select setval(pg_get_serial_sequence('tasks', 'task_id'), 90000)");
  const taskId = await insertTask(db, { state: 'done', description: 'Night shift', resultId });
  const [ids] = await db.query<{ attributeId: string; sampleId: string }>(
    `select attribute_id "attributeId", sample_id "sampleId"
     from attributes join samples on owner_id = face_id where face_id = $1`,
    [face.faceId],
  );
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/settings/view');
  for (const [text, expected] of [
    ['north@example.com', `/accounts/${accountId}`],
    [` ${accountId.toUpperCase()} `, `/accounts/${accountId}`],
    [listId, `/lists/${listId}/view`],
    ['visitors of 2026', `/lists/${listId}/view`],
    [face.faceId, `/faces/${face.faceId}/view`],
    [ids?.attributeId, `/faces/${face.faceId}/view`],
    [ids?.sampleId, `/faces/${face.faceId}/view`],
    ['badge:17', `/faces/${face.faceId}/view`],
    ['sample6.jpg#4', `/faces/${face.faceId}/view`],
    [event.eventId, `/events/${event.eventId}/view`],
    ['left early', `/events/${event.eventId}/view`],
    [`task ${taskId}`, `/tasks/${taskId}/view`],
    [`#${taskId}`, `/tasks/${taskId}/view`],
    [String(taskId), `/tasks/${taskId}/view`],
    ['night shift', `/tasks/${taskId}/view`],
    [resultId, `/tasks/${taskId}/view`],
    ['28107', '/docs/errors'],
    ['settings', '/settings/view'],
    ['Manual', '/docs/dev/index.html'],
  ] as const) {
    await page.goto('/audit/view');
    await look(page, text ?? '');
    assert.equal(path(page), expected, text);
  }
});

test('a part or a beginning shows all that it may mean, by kind, and keeps what was typed', async () => {
  const { db } = site.server;
  const accountId = await registerAccount(site.server, {
    login: 'parts@example.com',
    password: 'secret',
    account_type: 'user',
    description: 'Harbour office',
  });
  const face = (externalId: string, userData = '') => buildFace({ accountId, externalId, userData });
  await insertFaces(db, [face('quay-1'), face('quay-2', 'Anna of the Harbour'), face('q_ay')]);
  await insertEventRows(db, [buildEvent({ accountId, source: 'quay-camera' })]);
  const taskId = await insertTask(db, { description: 'Clean up the harbour' });
  await insertError(db, taskId, 'no file');
  const [error] = await db.query<{ id: number }>('select max(error_id) id from task_errors');
  await db.query(
    `insert into schedules (task_type, description, content, cron) values (4, 'Harbour at night', '{}', '0 3 * * *')`,
  );
  const [upgrade] = await db.query<{ id: number }>(
    `insert into upgrades (kind, objects, from_version, to_version, settings, created_by_login)
     values ('face', '{faces}', 871, 872, '{}', 'root') returning upgrade_id id`,
  );
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/');

  await look(page, 'quay');
  assert.deepEqual(await textsOf(hits(page, 'Faces')), ['quay-1', 'Anna of the Harbour']);
  assert.deepEqual(await textsOf(hits(page, 'Events')), ['quay-camera']);
  assert.equal(await page.getByRole('searchbox').inputValue(), 'quay');

  await look(page, 'harbour');
  assert.deepEqual(await textsOf(hits(page, 'Faces')), ['Anna of the Harbour']);
  assert.deepEqual(await textsOf(hits(page, 'Accounts')), ['parts@example.com']);
  assert.deepEqual(await textsOf(hits(page, 'Tasks')), [`Task ${taskId}: Clean up the harbour`]);
  assert.match((await textsOf(hits(page, 'Schedules'))).join(), /Harbour at night/);

  await look(page, '872');
  await hits(page, 'Upgrades').click();
  assert.equal(path(page), `/upgrades/${upgrade?.id}/view`);

  await look(page, `error ${error?.id}`);
  assert.equal(new URL(page.url()).search, `?error_ids=${error?.id}`);

  await look(page, 'new extract');
  await hits(page, 'Pages and actions').first().click();
  assert.equal(path(page), '/tasks/new');

  // A sign of a pattern stands for itself.
  await look(page, 'q_a');
  assert.deepEqual(await textsOf(hits(page, 'Faces')), ['q_ay']);
  for (const text of ['nobody%', '01900000-0000-7000-8000-00000000dead']) {
    await look(page, text);
    await page.getByText(`Nothing matches “${text}”`).waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), text);
  }
});

test('by keyboard alone: / leads to the search, and Ctrl-K opens the palette that goes anywhere', async () => {
  const taskId = await insertTask(site.server.db, { description: 'Palette of winter' });
  await insertTask(site.server.db, { description: 'Palette of summer' });
  const page = await site.signedIn({});
  await page.goto('/errors/view');
  await page.keyboard.press('/');
  await page.keyboard.type('a/b');
  assert.equal(await page.getByRole('searchbox').inputValue(), 'a/b');

  await page.keyboard.press('Control+k');
  const input = page.getByRole('combobox', { name: 'Search everything' });
  await page.getByRole('option', { name: 'Home' }).waitFor();
  await page.keyboard.press('Escape');
  await input.waitFor({ state: 'hidden' });
  await page.getByRole('searchbox').and(page.locator(':focus')).waitFor();

  await page.keyboard.press('Meta+k');
  await page.keyboard.type('palette of');
  const options = page.getByRole('option', { name: /Palette of/ });
  await options.nth(1).waitFor();
  const active = page.locator('[aria-selected="true"]');
  assert.match(await active.innerText(), /Palette of summer/);
  await page.keyboard.press('ArrowDown');
  assert.match(await active.innerText(), /Palette of winter/);
  assert.equal(await input.getAttribute('aria-activedescendant'), await active.getAttribute('id'));
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/tasks/${taskId}/view`);

  // An answer that comes after the arrows leaves their choice alone.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('palette');
  await options.nth(1).waitFor();
  let answer: () => void = () => undefined;
  const isLate = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/search/view?*of*', async (route) => {
    await isLate;
    await route.continue();
  });
  const asked = page.waitForRequest('**/search/view?*of*');
  await page.keyboard.type(' of');
  await asked;
  await options.first().evaluate((option: { className: string }) => (option.className = 'of-before'));
  await page.keyboard.press('ArrowDown');
  assert.match(await active.innerText(), /Palette of winter/);
  answer();
  await page.locator('.of-before').waitFor({ state: 'detached' });
  assert.match(await active.innerText(), /Palette of winter/);
  await page.keyboard.press('Escape');

  // Enter at once, before the answer is there.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('settings');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/settings/view');
});

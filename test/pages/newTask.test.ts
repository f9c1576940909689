import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { v7 as newId } from 'uuid';
import { readDocument } from '../../api/http/contract/document.ts';
import { filterFields } from '../../views/pages/tasks/fields/filterFields.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { openSite } from '../support/browser/site.ts';
import { contentOnPage } from './taskRows.ts';
import { unfold } from './unfold.ts';

const site = openSite();
// A gc and an extract that are open exclude each other, by versions.
beforeEach(() => site.server.db.query('truncate tasks cascade'));

const contentOf = (page: Page) => contentOnPage(site.server.db, page.url());

test('a form asks for every condition that the API takes, and for no other', async () => {
  const page = await site.signedIn();
  const { document } = await readDocument();
  for (const [objects, schema] of [
    ['faces', 'FaceFilters'],
    ['events', 'EventFilters'],
  ] as const) {
    const { properties } = document.components['schemas']?.[schema] as { properties: object };
    assert.deepEqual(filterFields[objects].map(({ name }) => name).sort(), Object.keys(properties).sort());
    await page.goto(`/tasks/new?kind=gc-${objects}`);
    for (const name of Object.keys(properties)) {
      assert.equal(await page.locator(`#${name}-hint`).count(), 1, `${name} is explained`);
    }
  }
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`events are removed by all that their form offers, ${how} JavaScript`, async () => {
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto('/tasks/new');
    await page.getByRole('link', { name: 'Remove events' }).click();
    await page.getByLabel('Sources').waitFor();
    await unfold(page);
    await page.getByLabel('Sources').fill('gate 1, left\ngate 2');
    await page.getByLabel('Track ids').fill('t-1');
    await page
      .getByLabel('Handler ids')
      .fill('11111111-1111-4111-8111-111111111111, 22222222-2222-4222-8222-222222222222');
    await page.getByLabel('Ended before', { exact: true }).fill('2026-01-31T00:00:00Z');
    await page.getByLabel('Remove samples too').check();
    await page.getByLabel('Remove image origins too').check();
    await page.getByLabel('Keep the list of processed objects').uncheck();
    await page.getByRole('button', { name: 'Remove events' }).click();

    await page.getByRole('heading', { name: 'Remove events', level: 1 }).waitFor();
    assert.deepEqual(await contentOf(page), {
      target: 'events',
      filters: {
        sources: ['gate 1, left', 'gate 2'],
        track_ids: ['t-1'],
        handler_ids: ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'],
        end_time__lt: '2026-01-31T00:00:00.000Z',
      },
      remove_samples: true,
      remove_image_origins: true,
      store_results: false,
    });
  });
}

test('descriptors of events are removed by version and kind', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-event-descriptors');
  await page.getByLabel('Other version').fill('101');
  await page.getByLabel('Kind of descriptor').selectOption('body');
  await page.getByRole('button', { name: 'Remove descriptors' }).click();
  await page.getByRole('heading', { name: 'Remove event descriptors of version 101' }).waitFor();
  assert.deepEqual(await contentOf(page), {
    target: 'event_descriptors',
    filters: { descriptor_version: 101, descriptor_type: 'body' },
    store_results: true,
  });
});

test('a removal says before how many samples it leaves, and those are removed by a form of their own', async () => {
  const userData = `leaves ${newId()}`;
  await insertFaces(
    site.server.db,
    Array.from({ length: 3 }, () => buildFace({ userData, storageKey: newId() })),
  );
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByLabel('User data').fill(userData);
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByText('Samples that stay').waitFor();
  assert.match(await preview.innerText(), /Samples that stay\s+3/);
  await preview.getByText('stay in the store without an owner').waitFor();
  await page.getByLabel('Remove samples too').check();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await preview.getByText('Samples that stay').waitFor({ state: 'detached' });

  await page.goto('/tasks/new');
  await page.getByRole('link', { name: 'Remove samples without an owner' }).click();
  await page.getByLabel('Created before', { exact: true }).fill('2026-01-31T00:00:00Z');
  await page.getByRole('button', { name: 'Remove samples' }).click();
  await page.getByRole('heading', { name: 'Remove samples without an owner', level: 1 }).waitFor();
  assert.deepEqual(await contentOf(page), {
    target: 'samples',
    filters: { create_time__lt: '2026-01-31T00:00:00.000Z' },
    store_results: true,
  });
});

test('body descriptors are extracted for events', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=extract-events');
  await page.getByLabel('What', { exact: true }).selectOption('body_descriptor');
  await page.getByLabel('Descriptor version to extract').selectOption('101');
  await page.getByLabel('User data').fill('vip');
  await unfold(page);
  await page.getByLabel('Maximum objects per second').fill('50');
  await page.getByRole('button', { name: 'Start extract' }).click();
  await page.getByRole('heading', { name: 'Extract body descriptors of version 101' }).waitFor();
  const [row] = await site.server.db.query(
    'select objects_per_second from tasks order by task_id desc limit 1',
  );
  assert.deepEqual(row, { objects_per_second: 50 });
});

test('a new task names who is notified, and what is wrong with that stands beside its field', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-face-descriptors');
  await page.getByLabel('Other version').fill('3');
  const send = (): Promise<void> => page.getByRole('button', { name: 'Remove descriptors' }).click();
  const address = page.getByLabel('Webhook URL');
  await unfold(page);
  await address.fill('https://elsewhere.example.net/');
  await send();
  await page.getByRole('alert').getByText('Webhook URL: ').waitFor();
  assert.equal(await address.inputValue(), 'https://elsewhere.example.net/');
  await address.fill('https://hooks.example.org/luna');
  const ends = ['Done', 'Failed', 'Cancelled'];
  for (const status of ['Pending', 'In progress', 'Collecting results', ...ends]) {
    const box = page.getByLabel(status, { exact: true });
    assert.equal(await box.isChecked(), ends.includes(status), status);
    await box.uncheck();
  }
  await send();
  await page.getByRole('alert').getByText('Notify when the task is: ').waitFor();
  await page.getByLabel('In progress').check();
  await page.getByLabel('Failed', { exact: true }).check();
  await send();
  await page.getByRole('heading', { name: 'Remove face descriptors of version 3' }).waitFor();
  const [row] = await site.server.db.query(
    'select notification_policy from tasks order by task_id desc limit 1',
  );
  assert.deepEqual(row, {
    notification_policy: { url: 'https://hooks.example.org/luna', statuses: [1, 3], secret: 'orders' },
  });
});

test('a form with a fault comes back with what was typed and what is wrong', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-faces');
  await unfold(page);
  await page.getByLabel('Face ids').fill('not an id');
  await page.getByLabel('Description').fill('Clean up');
  await page.getByLabel('Remove samples too').uncheck();
  await page.getByRole('button', { name: 'Remove faces' }).click();

  await page.getByRole('heading', { name: 'Check these fields' }).waitFor();
  assert.equal(await page.getByLabel('Face ids').inputValue(), 'not an id');
  assert.equal(await page.getByLabel('Face ids').getAttribute('aria-invalid'), 'true');
  assert.equal(await page.getByLabel('Description').inputValue(), 'Clean up');
  assert.equal(await page.getByLabel('Remove samples too').isChecked(), false);
  await page.getByRole('alert').and(page.locator(':focus')).waitFor();
});

test('a fault is told beside its field in every form', async () => {
  const page = await site.signedIn();
  for (const [kind, label, button] of [
    ['extract-faces', 'Created from', 'Start extract'],
    ['extract-events', 'Inserted before', 'Start extract'],
    ['gc-face-descriptors', 'Maximum objects per second', 'Remove descriptors'],
    ['gc-event-descriptors', 'Error budget', 'Remove descriptors'],
    ['gc-events', 'Handler ids', 'Remove events'],
  ] as const) {
    await page.goto(`/tasks/new?kind=${kind}`);
    await unfold(page);
    const field = page
      .getByLabel(label, { exact: true })
      .or(page.getByLabel(`${label} optional`, { exact: true }));
    await field.fill('rubbish');
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('heading', { name: 'Check these fields' }).waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true', `${kind}: ${label}`);
    assert.equal(await field.inputValue(), 'rubbish');
  }
});

test('everything that is wrong with a form is told at once, in words', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=extract-faces');
  const id = '11111111-1111-4111-8111-111111111111';
  const notId = 'must be an id: 8-4-4-4-12 hexadecimal digits in lower case';
  const notTime = 'must be a time such as 2026-01-31T00:00:00Z, or relative such as now-30d';
  const wrong = [
    ['List', 'mine', notId],
    ['Created from', 'yesterday', notTime],
    ['User data', 'x', null],
    ['Face ids', `one, ${id}, two`, `one, two: ${notId}`],
    ['Description', 'kept', null],
    ['Maximum objects per second', '1.5', 'must be a whole number'],
    ['Error budget', '2', 'must be at most 1'],
    ['Webhook URL', 'hooks', 'not an address that begins with http:// or https://'],
  ] as const;
  await unfold(page);
  for (const [label, text] of wrong) await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Start extract' }).click();
  const told = wrong.flatMap(([label, , fault]) => (fault === null ? [] : [`${label}: ${fault}`]));
  const order = (items: readonly string[]): string[] => [...items].sort();
  const shown = await textsOf(page.getByRole('alert').getByRole('listitem'));
  assert.deepEqual(order(shown), order(told));
  for (const [label, text, fault] of wrong) {
    const field = page.getByLabel(label, { exact: true });
    assert.equal(await field.inputValue(), text);
    assert.equal(await field.getAttribute('aria-invalid'), fault === null ? null : 'true', label);
  }
});

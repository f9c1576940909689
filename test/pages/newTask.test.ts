import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { beforeEach, test } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { v7 as newId } from 'uuid';
import { readDocument } from '../../api/http/contract/document.ts';
import { filterFields } from '../../views/pages/tasks/filterFields.ts';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { textsOf } from '../support/browser/textsOf.ts';
import { waitFor } from '../support/waitFor.ts';
import { insertPicturedFaces } from './faceRows.ts';
import { openSite } from '../support/browser/site.ts';

const site = openSite();
// A gc and an extract that are open exclude each other, by versions.
beforeEach(() => site.server.db.query('truncate tasks cascade'));

async function contentOf(page: Page): Promise<unknown> {
  const taskId = Number(/\/tasks\/(\d+)\/view/.exec(page.url())?.[1]);
  const [row] = await site.server.db.query<{ content: object }>(
    'select content from tasks where task_id = $1',
    [taskId],
  );
  return row?.content;
}

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
    await page.getByLabel('Sources').fill('gate 1, left\ngate 2');
    await page.getByLabel('Track ids').fill('t-1');
    await page
      .getByLabel('Handler ids')
      .fill('11111111-1111-4111-8111-111111111111, 22222222-2222-4222-8222-222222222222');
    await page.getByLabel('Ended before').fill('2026-01-31T00:00:00Z');
    await page.getByLabel('Remove the samples too').check();
    await page.getByLabel('Remove the image origins too').check();
    await page.getByLabel('Keep the list of what was done').uncheck();
    await page.getByRole('button', { name: 'Remove the events' }).click();

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
  await page.getByLabel('Descriptor version to remove').fill('101');
  await page.getByLabel('Kind of descriptor').selectOption('body');
  await page.getByRole('button', { name: 'Remove the descriptors' }).click();
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
  await page.getByLabel('Remove the samples too').check();
  await page.getByRole('button', { name: 'Look again' }).click();
  await preview.getByText('Samples that stay').waitFor({ state: 'detached' });

  await page.goto('/tasks/new');
  await page.getByRole('link', { name: 'Remove samples without owner' }).click();
  await page.getByLabel('Created before').fill('2026-01-31T00:00:00Z');
  await page.getByRole('button', { name: 'Remove the samples' }).click();
  await page.getByRole('heading', { name: 'Remove samples without owner', level: 1 }).waitFor();
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
  await page.getByLabel('At most this many objects per second').fill('50');
  await page.getByRole('button', { name: 'Start the extract' }).click();
  await page.getByRole('heading', { name: 'Extract body descriptors of version 101' }).waitFor();
  const [row] = await site.server.db.query(
    'select objects_per_second from tasks order by task_id desc limit 1',
  );
  assert.deepEqual(row, { objects_per_second: 50 });
});

test('a new task names who is notified, and what is wrong with that stands beside its field', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-face-descriptors');
  await page.getByLabel('Descriptor version to remove').fill('3');
  const send = (): Promise<void> => page.getByRole('button', { name: 'Remove the descriptors' }).click();
  const address = page.getByLabel('Address to notify');
  await address.fill('https://elsewhere.example.net/');
  await send();
  await page.getByRole('alert').getByText('Address to notify: ').waitFor();
  assert.equal(await address.inputValue(), 'https://elsewhere.example.net/');
  await address.fill('https://hooks.example.org/luna');
  const ends = ['Done', 'Failed', 'Cancelled'];
  for (const status of ['Pending', 'In progress', 'Collecting results', ...ends]) {
    const box = page.getByLabel(status, { exact: true });
    assert.equal(await box.isChecked(), ends.includes(status), status);
    await box.uncheck();
  }
  await send();
  await page.getByRole('alert').getByText('Notify when it is: ').waitFor();
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
  await page.getByLabel('Account id').fill('not an id');
  await page.getByLabel('Description').fill('Clean up');
  await page.getByLabel('Remove the samples too').uncheck();
  await page.getByRole('button', { name: 'Remove the faces' }).click();

  await page.getByRole('heading', { name: 'Please check what was entered' }).waitFor();
  assert.equal(await page.getByLabel('Account id').inputValue(), 'not an id');
  assert.equal(await page.getByLabel('Account id').getAttribute('aria-invalid'), 'true');
  assert.equal(await page.getByLabel('Description').inputValue(), 'Clean up');
  assert.equal(await page.getByLabel('Remove the samples too').isChecked(), false);
  await page.getByRole('alert').and(page.locator(':focus')).waitFor();
});

test('a fault is told beside its field in every form', async () => {
  const page = await site.signedIn();
  for (const [kind, label, button] of [
    ['extract-faces', 'Created from', 'Start the extract'],
    ['extract-events', 'Inserted before', 'Start the extract'],
    ['gc-face-descriptors', 'Descriptor version to remove', 'Remove the descriptors'],
    ['gc-event-descriptors', 'Share of the objects that may fail', 'Remove the descriptors'],
    ['gc-events', 'Handler ids', 'Remove the events'],
  ] as const) {
    await page.goto(`/tasks/new?kind=${kind}`);
    await page.getByLabel(label).fill('rubbish');
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('heading', { name: 'Please check what was entered' }).waitFor();
    assert.equal(await page.getByLabel(label).getAttribute('aria-invalid'), 'true', `${kind}: ${label}`);
    assert.equal(await page.getByLabel(label).inputValue(), 'rubbish');
  }
});

test('everything that is wrong with a form is told at once, in words', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=extract-faces');
  const id = '11111111-1111-4111-8111-111111111111';
  const notId = 'not an id: 8-4-4-4-12 hexadecimal digits, in lower case';
  const notTime = 'not a time such as 2026-01-31T00:00:00Z, nor a relative one such as now-30d';
  const wrong = [
    ['Account id', 'mine', notId],
    ['Created from', 'yesterday', notTime],
    ['User data', 'x', null],
    ['Face ids', `one, ${id}, two`, `one, two: ${notId}`],
    ['Description', 'kept', null],
    ['At most this many objects per second', '1.5', 'must be a whole number'],
    ['Share of the objects that may fail', '2', 'must be at most 1'],
    ['Address to notify', 'hooks', 'not an address that begins with http:// or https://'],
  ] as const;
  for (const [label, text] of wrong) await page.getByLabel(label).fill(text);
  await page.getByRole('button', { name: 'Start the extract' }).click();
  const told = wrong.flatMap(([label, , fault]) => (fault === null ? [] : [`${label}: ${fault}`]));
  const order = (items: readonly string[]): string[] => [...items].sort();
  const shown = await textsOf(page.getByRole('alert').getByRole('listitem'));
  assert.deepEqual(order(shown), order(told));
  for (const [label, text, fault] of wrong) {
    const field = page.getByLabel(label);
    assert.equal(await field.inputValue(), text);
    assert.equal(await field.getAttribute('aria-invalid'), fault === null ? null : 'true', label);
  }
});

test('a form is filled in by its address, and what is typed goes along to another kind', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=1&user_data=vip');
  assert.equal(await page.getByLabel('Descriptor version to extract').inputValue(), '1');
  assert.equal(await page.getByLabel('User data').inputValue(), 'vip');
  const keeps = page.getByLabel('Keep the list of what was done');
  assert.equal(await keeps.isChecked(), true, 'as in an empty form');
  await page.getByLabel('External ids').fill('gate 1\ngate 2');
  await page.getByLabel('Description').fill('clean up');
  await keeps.uncheck();

  await page.getByRole('link', { name: 'Remove events' }).click();
  await page.getByLabel('Sources').waitFor();
  assert.equal(new URL(page.url()).search, '?kind=gc-events');
  assert.equal(await page.getByLabel('User data').inputValue(), 'vip');
  assert.equal(await page.getByLabel('External ids').inputValue(), 'gate 1\ngate 2');
  assert.equal(await page.getByLabel('Description').inputValue(), 'clean up');
  assert.equal(await keeps.isChecked(), false);
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=1');
  await page.getByRole('link', { name: 'Remove face descriptors' }).click();
  const removed = page.getByLabel('Descriptor version to remove');
  assert.equal(await removed.inputValue(), '', 'what was to be made is not to be removed');
});

test('a version that an open task needs is not removed: the form stays as it is and leads to that task', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=3');
  await page.getByRole('button', { name: 'Start the extract' }).click();
  await page.waitForURL(/\/tasks\/\d+\/view/);
  const extract = new URL(page.url()).pathname;
  for (const button of ['Preview', 'Remove the descriptors']) {
    await page.goto('/tasks/new?kind=gc-face-descriptors');
    await page.getByLabel('Descriptor version to remove').fill('1');
    await page.getByLabel('Description').fill('clean up');
    const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await page.getByRole('button', { name: button }).click();
    assert.equal((await answered).status(), 409);
    const alert = page.getByRole('alert');
    await alert.getByText('This task cannot be started now').waitFor();
    assert.equal(await page.getByLabel('Description').inputValue(), 'clean up');
    const link = alert.getByRole('link', { name: /needs the face descriptors of faces in version 1/ });
    assert.equal(await link.getAttribute('href'), extract);
  }

  // A schedule is for another time.
  await page.goto('/schedules/new?kind=gc-face-descriptors&descriptor_version=1&cron=30+2+*+*+*');
  await page.getByRole('button', { name: 'Show the next runs' }).click();
  await page.getByRole('region', { name: 'If it ran now' }).waitFor();

  await site.server.db.query(`update tasks set state = 'failed'`);
  const gc = await site.server.db.query<{ id: number }>(
    `insert into tasks (task_type, content) values (4, $1) returning task_id as id`,
    [JSON.stringify({ target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: true })],
  );
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=3');
  await page.getByRole('button', { name: 'Start the extract' }).click();
  await page
    .getByRole('alert')
    .getByRole('link', { name: new RegExp(`task ${gc[0]?.id} .*removes`) })
    .waitFor();
  await page.goto(extract);
  await page.getByRole('button', { name: 'Retry' }).first().click();
  await page.getByText('Descriptor version used by an open task').waitFor();
});

test('removing all faces needs a word of its own', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByRole('button', { name: 'Remove the faces' }).click();
  await page.getByRole('alert').getByText('no condition is filled in').waitFor();
  await page.getByLabel('Yes, remove all faces when no condition is given').check();
  await page.getByRole('button', { name: 'Remove the faces' }).click();
  await page.getByRole('heading', { name: 'Remove faces', level: 1 }).waitFor();
});

test('the command of the preview makes the same task, and the preview none', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByLabel('User data').fill(`o'clock "$HOME" \\`);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('heading', { name: 'Preview' }).waitFor();
  assert.equal(await page.getByLabel('User data').inputValue(), `o'clock "$HOME" \\`);
  await page.getByText('No face fulfils all of the conditions.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Remove the faces' }).count(), 0, 'nothing to start');
  const [before] = await site.server.db.query<{ count: number }>('select count(*) from tasks');
  await page.getByText('The same with curl').click();
  const command = await page.getByLabel('curl command').innerText();

  // A shell takes the command apart, as it would for curl.
  const script = `curl() { printf '%s\\0' "$@"; }; ${command}`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script]);
  const [url = '', , login, , header = '', , body = ''] = stdout.split('\0');
  assert.equal(login, rootLogin);
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      [header.split(': ')[0] ?? '']: header.split(': ')[1] ?? '',
      authorization: `Basic ${Buffer.from(`${rootLogin}:${rootPassword}`).toString('base64')}`,
    },
    body,
  });
  const { task_id } = (await answer.json()) as { task_id: number };
  await page.goto(`/tasks/${task_id}/view`);
  assert.deepEqual(await contentOf(page), {
    target: 'faces',
    filters: { user_data: `o'clock "$HOME" \\` },
    remove_samples: false,
    remove_image_origins: false,
    store_results: true,
  });
  const [after] = await site.server.db.query<{ count: number }>('select count(*) from tasks');
  assert.equal(Number(after?.count), Number(before?.count) + 1);
});

test('the preview shows the pictures of ten of the objects, and leads to each', async () => {
  const { server } = site;
  const faces = await insertPicturedFaces(server, 11, { userData: 'pictured' });
  const storageKey = faces[0]?.storageKey ?? '';
  const events = Array.from({ length: 3 }, () =>
    buildEvent({ source: 'gate 9', versions: { face: [1], body: [101] }, samples: { body: storageKey } }),
  );
  await insertEventRows(server.db, events);
  const page = await site.signedIn({ javaScriptEnabled: false });
  const preview = page.getByRole('region', { name: 'Preview' });
  const widths = (): Promise<number[]> =>
    preview
      .getByRole('listitem')
      .locator('img')
      .evaluateAll((images: { naturalWidth: number }[]) => images.map(({ naturalWidth }) => naturalWidth));

  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByLabel('User data').fill('pictured');
  await page.getByRole('button', { name: 'Preview' }).click();
  await preview.getByRole('heading', { name: '10 of them' }).waitFor();
  await waitFor('ten pictures', async () => (await widths()).filter((width) => width > 0).length === 10);
  const hrefs = await preview
    .getByRole('link')
    .evaluateAll((links: { getAttribute(name: string): string }[]) =>
      links.map((link) => link.getAttribute('href')),
    );
  const places = hrefs.map((href) => faces.findIndex(({ faceId }) => href === `/faces/${faceId}/view`));
  assert.deepEqual(
    places,
    [...new Set(places)].sort((a, b) => a - b),
  );
  assert.ok(places.length === 10 && !places.includes(-1), String(places));

  await page.goto('/tasks/new?kind=gc-events');
  await page.getByLabel('Sources').fill('gate 9');
  await page.getByRole('button', { name: 'Preview' }).click();
  await preview.getByRole('heading', { name: 'All of them' }).waitFor();
  await waitFor('three pictures', async () => isDeepStrictEqual(await widths(), [160, 160, 160]));
  await preview.getByRole('link', { name: 'gate 9 face v 1 · body v 101' }).first().click();
  await page.getByRole('heading', { name: `Event ${events[0]?.eventId}`, level: 1 }).waitFor();
});

test('removing many asks for their number, after a preview of them', async () => {
  await site.server.db.query(
    `insert into faces (face_id, account_id, user_data)
     select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'crowd' from generate_series(1, 1200)`,
  );
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByLabel('User data').fill('crowd');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('1,200', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Remove the faces' }).click();
  await page.getByRole('alert').getByText('type how many objects are removed').waitFor();
  await page.getByLabel('Type 1,200 to remove so many').fill('12');
  await page.getByRole('button', { name: 'Remove the faces' }).click();
  await page.getByRole('alert').getByText('type how many objects are removed').waitFor();
  await page.getByLabel('Type 1,200 to remove so many').fill('1,200');
  await page.getByRole('button', { name: 'Remove the faces' }).click();
  await page.getByRole('heading', { name: 'Remove faces', level: 1 }).waitFor();
});

test('removing the default version tells what can never be extracted again, and asks for the number', async () => {
  const { db } = site.server;
  await db.query('truncate face_descriptors');
  await insertFaces(
    db,
    [[1], [1, 3], [1, 3], [1], [1, 3], [3]].map((versions) => buildFace({ versions })),
  );
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-face-descriptors');
  const version = page.getByLabel('Descriptor version to remove');
  await version.fill('3');
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByRole('button', { name: 'Remove the descriptors' }).waitFor();
  assert.equal(await preview.getByText('default version').count(), 0);
  await version.fill('1');
  await page.getByRole('button', { name: 'Preview' }).click();
  await preview.getByText('2 of these faces have no other and can never be extracted again.').waitFor();
  await preview.getByRole('button', { name: 'Remove the descriptors' }).click();
  await page.getByRole('alert').getByText('type how many objects are removed, 5').waitFor();
  await page.getByLabel('Type 5 to remove so many').fill('5');
  await preview.getByRole('button', { name: 'Remove the descriptors' }).click();
  await page.getByRole('heading', { name: 'Remove face descriptors of version 1' }).waitFor();

  await page.goto('/tasks/new?kind=extract-faces');
  assert.equal(await page.getByText('of the default version, 1, any more').count(), 0);
  await db.query('delete from face_descriptors where descriptor_version = 1');
  await db.query(`update tasks set state = 'done'`);
  await page.reload();
  await page.getByText('No face has a face descriptor of the default version, 1, any more').waitFor();
  await page
    .getByLabel('Descriptor version to extract')
    .selectOption('1 · face, resnet128 (the default: adds nothing)');
  await page.getByRole('button', { name: 'Preview' }).click();
  await preview.getByText('Version 1 is the default one: an extract adds another version').waitFor();
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { beforeEach, test } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { buildEvent, insertEventRows } from '../support/rows/eventRows.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { waitFor } from '../support/waitFor.ts';
import { insertPicturedFaces } from './faceRows.ts';
import { openSite } from '../support/browser/site.ts';
import { contentOnPage } from './taskRows.ts';
import { unfold } from './unfold.ts';

const site = openSite();
// A gc and an extract that are open exclude each other, by versions.
beforeEach(() => site.server.db.query('truncate tasks cascade'));

const contentOf = (page: Page) => contentOnPage(site.server.db, page.url());

test('a form is filled in by its address, and what is typed goes along to another kind', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=1&user_data=vip');
  assert.equal(await page.getByLabel('Descriptor version to extract').inputValue(), '1');
  assert.equal(await page.getByLabel('User data').inputValue(), 'vip');
  const keeps = page.getByLabel('Keep the list of processed objects');
  assert.equal(await keeps.isChecked(), true, 'as in an empty form');
  await unfold(page);
  await page.getByLabel('External ids').fill('gate 1\ngate 2');
  await page.getByLabel('Description').fill('clean up');
  await keeps.uncheck();

  await page.getByRole('link', { name: 'Remove events' }).click();
  await page.getByLabel('Sources').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('kind'), 'gc-events');
  assert.equal(await page.getByLabel('User data').inputValue(), 'vip');
  assert.equal(await page.getByLabel('External ids').inputValue(), 'gate 1\ngate 2');
  assert.equal(await page.getByLabel('Description').inputValue(), 'clean up');
  assert.equal(await keeps.isChecked(), false);
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=1');
  await page.getByRole('link', { name: 'Remove face descriptors' }).click();
  await page.getByRole('group', { name: 'Descriptor version to remove' }).waitFor();
  assert.equal(
    await page.locator('[type=radio]:checked').count(),
    0,
    'what was to be made is not to be removed',
  );
});

test('a version that an open task needs is not removed: the form stays as it is and leads to that task', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=3&user_data=vip');
  await page.getByRole('button', { name: 'Start extract' }).click();
  await page.waitForURL(/\/tasks\/\d+\/view/);
  const extract = new URL(page.url()).pathname;
  for (const button of ['Preview', 'Remove descriptors']) {
    await page.goto('/tasks/new?kind=gc-face-descriptors');
    await page.getByLabel('Other version').fill('1');
    await page.getByLabel('Description').fill('clean up');
    const refused = page.waitForResponse((answer) => answer.status() === 409);
    await page.getByRole('button', { name: button }).click();
    await refused;
    const alert = page.getByRole('alert');
    await alert.getByText('This task cannot be started now').waitFor();
    assert.equal(await page.getByLabel('Description').inputValue(), 'clean up');
    const link = alert.getByRole('link', { name: /needs the face descriptors of faces in version 1/ });
    assert.equal(await link.getAttribute('href'), extract);
  }

  // A schedule is for another time.
  await page.goto('/schedules/new?kind=gc-face-descriptors&descriptor_version=1&cron=30+2+*+*+*');
  await page.getByRole('button', { name: 'Show next runs' }).click();
  await page.getByRole('region', { name: 'If it ran now' }).waitFor();

  await site.server.db.query(`update tasks set state = 'failed'`);
  const gc = await site.server.db.query<{ id: number }>(
    `insert into tasks (task_type, content) values (4, $1) returning task_id as id`,
    [JSON.stringify({ target: 'face_descriptors', filters: { descriptor_version: 1 }, store_results: true })],
  );
  await page.goto('/tasks/new?kind=extract-faces&descriptor_version=3');
  await page.getByRole('button', { name: 'Start extract' }).click();
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
  await page.getByRole('button', { name: 'Remove faces' }).click();
  await page.getByRole('alert').getByText('no condition is set').waitFor();
  await page.getByLabel('Remove all faces if no condition is set').check();
  await page.getByRole('button', { name: 'Remove faces' }).click();
  await page.getByRole('heading', { name: 'Remove faces', level: 1 }).waitFor();
});

test('the command of the preview makes the same task, and the preview none', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByLabel('User data').fill(`o'clock "$HOME" \\`);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('heading', { name: 'Preview' }).waitFor();
  assert.equal(await page.getByLabel('User data').inputValue(), `o'clock "$HOME" \\`);
  await page.getByText('No face matches all of the conditions.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Remove faces' }).count(), 0, 'nothing to start');
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

test('removing many asks for their exact number, and removes those that were counted', async () => {
  const { db } = site.server;
  const arrive = (count: number) =>
    db.query(
      `insert into faces (face_id, account_id, user_data)
       select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'crowd' from generate_series(1, $1::integer)`,
      [count],
    );
  await arrive(1_200);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByLabel('User data').fill('crowd');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('1,200', { exact: true }).waitFor();
  await arrive(30);
  await page.getByRole('button', { name: 'Remove faces' }).click();
  for (const wrong of ['12', '1,195', '1,230']) {
    await page.getByRole('alert').getByText('type 1,200').waitFor();
    await page.getByLabel('Type 1,200 to confirm').fill(wrong);
    await page.getByRole('button', { name: 'Remove faces' }).click();
  }
  await page.getByRole('alert').getByText('type 1,200').waitFor();
  await page.getByLabel('Type 1,200 to confirm').fill('1,200');
  await page.getByRole('button', { name: 'Remove faces' }).click();
  await page.getByRole('heading', { name: 'Remove faces', level: 1 }).waitFor();
  const [selected] = await db.query<{ count: number }>(
    `select count(*) from faces where user_data = 'crowd'
       and create_time < (select upper_bound from tasks order by task_id desc limit 1)`,
  );
  assert.equal(selected?.count, 1_200, 'those that came after the count are not the task’s business');
});

test('a count that is as old as yesterday, or of tomorrow, is counted anew', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  for (const days of [-1, 1]) {
    await page.goto('/tasks/new?kind=gc-faces');
    await page.getByLabel('User data').fill('crowd');
    await page.getByRole('button', { name: 'Preview' }).click();
    const time = new Date(Date.now() + days * 86_400_000).toISOString();
    await page
      .locator('input[name=confirm_time]')
      .evaluate((input: { value: string }, value: string) => (input.value = value), time);
    await page.getByLabel('Type 1,230 to confirm').fill('1,200');
    await page.getByRole('button', { name: 'Remove faces' }).click();
    await page.getByRole('alert').getByText('type 1,230').waitFor();
  }
});

test('an extract of objects without samples is told to fail before it is started', async () => {
  const { db } = site.server;
  await db.query('truncate face_descriptors');
  await insertFaces(db, [buildFace({ versions: [1] })]);
  await db.query(
    `insert into face_descriptors (face_id, descriptor_version, descriptor, create_time)
     select f.face_id, 1, d.descriptor, f.create_time from faces f, face_descriptors d where f.user_data = 'crowd'`,
  );
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=extract-faces');
  await page.getByLabel('Descriptor version to extract').selectOption('3');
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByText('The task would fail: 1,230 of these objects (99.9 %) have no sample').waitFor();
  await preview.getByText('its error budget of 20 % allows').waitFor();
  await unfold(page);
  await page.getByLabel('Error budget').fill('1');
  await page.getByRole('button', { name: 'Preview' }).click();
  await preview.getByText('have no sample and will fail').waitFor();
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
  const version = (number: number) => page.getByRole('radio', { name: new RegExp(`^${number} `) });
  await version(3).check();
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByRole('button', { name: 'Remove descriptors' }).waitFor();
  assert.equal(await preview.getByText('default version').count(), 0);
  await version(1).check();
  await page.getByRole('button', { name: 'Preview' }).click();
  await preview
    .getByText('2 of these faces have no other version and can never be extracted again.')
    .waitFor();
  await preview.getByRole('button', { name: 'Remove descriptors' }).click();
  await page.getByRole('alert').getByText('type 5').waitFor();
  await page.getByLabel('Type 5 to confirm').fill('5');
  await preview.getByRole('button', { name: 'Remove descriptors' }).click();
  await page.getByRole('heading', { name: 'Remove face descriptors of version 1' }).waitFor();

  await page.goto('/tasks/new?kind=extract-faces');
  assert.equal(await page.getByText('of the default version, 1.').count(), 0);
  await db.query('delete from face_descriptors where descriptor_version = 1');
  await db.query(`update tasks set state = 'done'`);
  await page.reload();
  await page.getByText('No face has a face descriptor of the default version, 1.').waitFor();
  await page
    .getByLabel('Descriptor version to extract')
    .selectOption('1 · face, resnet128 (the default: adds nothing)');
  await page.getByRole('button', { name: 'Preview' }).click();
  await preview.getByText('Version 1 is the default version: an extract adds another version').waitFor();
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { openSite } from '../support/browser/site.ts';
import { unfold } from './unfold.ts';

const site = openSite();
beforeEach(() => site.server.db.query('truncate tasks, faces cascade'));

const countTasks = async (): Promise<number> =>
  (await site.server.db.query<{ count: number }>('select count(*) from tasks'))[0]?.count ?? 0;

/** Fills in the form of an extract, and says what a browser has to find in it when somebody comes back. */
async function fillInExtract(page: Page) {
  await page.goto('/tasks/new?kind=extract-faces');
  await unfold(page);
  await page.getByLabel('User data').fill('vip');
  await page.getByLabel('Descriptor version to extract').selectOption('3');
  await page.getByLabel('Description').fill('only the guests');
  await page.getByLabel('Keep the list of processed objects').uncheck();
  return async (): Promise<void> => {
    await page.getByRole('button', { name: 'Preview' }).waitFor();
    assert.equal(await page.getByLabel('User data').inputValue(), 'vip');
    assert.equal(await page.getByLabel('Descriptor version to extract').inputValue(), '3');
    assert.equal(await page.getByLabel('Description').inputValue(), 'only the guests');
    assert.equal(await page.getByLabel('Keep the list of processed objects').isChecked(), false);
  };
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`Back after a preview finds the form as it was typed, ${how} JavaScript`, async () => {
    await insertFaces(site.server.db, [buildFace({ versions: [1], userData: 'vip' })]);
    const page = await site.signedIn({ javaScriptEnabled });
    const isAsTyped = await fillInExtract(page);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('region', { name: 'Preview' }).waitFor();
    await isAsTyped();
    await page.goBack();
    await page.getByRole('region', { name: 'Preview' }).waitFor({ state: 'detached' });
    await isAsTyped();
    await page.goForward();
    await page.getByRole('region', { name: 'Preview' }).waitFor();
    await isAsTyped();
    await page.getByRole('button', { name: 'Start extract' }).click();
    await page.getByText('was created.').waitFor();
    await page.goBack();
    await page.getByRole('region', { name: 'Preview' }).waitFor();
    await isAsTyped();
  });

  test(`Back after a start finds the form as it was typed, ${how} JavaScript`, async () => {
    const page = await site.signedIn({ javaScriptEnabled });
    const isAsTyped = await fillInExtract(page);
    await page.getByRole('button', { name: 'Start extract' }).click();
    await page.getByText('was created.').waitFor();
    await page.goBack();
    await isAsTyped();
  });

  test(`an extract without a condition is started only after its count was seen, ${how} JavaScript`, async () => {
    await insertFaces(site.server.db, [buildFace({ versions: [1] }), buildFace({ versions: [1] })]);
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto('/tasks/new?kind=extract-faces&descriptor_version=3');
    await page.getByRole('button', { name: 'Start extract' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByText('No condition is set: the task covers all 2 faces.').waitFor();
    assert.equal(await countTasks(), 0);
    await preview.getByRole('button', { name: 'Start for all 2 faces' }).click();
    await page.getByText('was created.').waitFor();
    assert.equal(await countTasks(), 1);
  });
}

test('a filter that is taken out after its preview does not make an extract of everything', async () => {
  await insertFaces(site.server.db, [
    buildFace({ versions: [1], userData: 'vip' }),
    buildFace({ versions: [1] }),
  ]);
  const page = await site.signedIn({ javaScriptEnabled: false });
  await fillInExtract(page);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByLabel('User data').fill('');
  await page.getByRole('button', { name: 'Start extract' }).click();
  await page.getByRole('button', { name: 'Start for all 2 faces' }).waitFor();
  assert.equal(await countTasks(), 0);
});

test('what is too long for an address is kept too', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/tasks/new?kind=gc-faces');
  const ids = Array.from({ length: 300 }, (_, n) => `gate ${n}, somewhere on the way`).join('\n');
  await page.getByLabel('External ids').fill(ids);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByText('No face matches all of the conditions.').waitFor();
  assert.equal(await page.getByLabel('External ids').inputValue(), ids);
  await page.reload();
  assert.equal(await page.getByLabel('External ids').inputValue(), ids);
  await site.server.db.query(`update sessions set sess = (sess::jsonb - 'draft')::json`);
  await page.reload();
  await page.getByRole('alert').getByText('no longer kept').waitFor();
});

test('what names people is kept, and is in no address', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  for (const [label, value] of [
    ['User data', 'Ann Example'],
    ['External ids', 'passport 4711'],
  ] as const) {
    await page.goto('/tasks/new?kind=gc-faces');
    await page.getByLabel(label).fill(value);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('No face matches all of the conditions.').waitFor();
    assert.doesNotMatch(decodeURIComponent(page.url()), /Ann|4711/);
    await page.reload();
    assert.equal(await page.getByLabel(label).inputValue(), value);
  }
});

test('Back to a form that was refused finds what was typed, and asks for nothing to be sent again', async () => {
  const page = await site.signedIn();
  await page.goto('/tasks/new?kind=gc-faces');
  await page.getByLabel('User data').fill('vip');
  await unfold(page);
  await page.getByLabel('Maximum objects per second').fill('many');
  await page.getByRole('button', { name: 'Remove faces' }).click();
  await page.getByRole('alert').getByText('must be a whole number').waitFor();
  await page.goto('/tasks/view');
  await page.goBack();
  await page.getByRole('button', { name: 'Preview' }).waitFor();
  assert.equal(await page.getByLabel('User data').inputValue(), 'vip');
  assert.equal(await page.getByLabel('Maximum objects per second').inputValue(), 'many');
});

test('Back finds what was typed for a schedule, an upgrade and an account, but no password', async () => {
  const page = await site.signedIn();
  for (const [address, label, text] of [
    ['/schedules/new?kind=gc-faces', 'Cron expression', '0 4 * * SUN'],
    ['/upgrades/new', 'Watch before the old version is removed', '14d'],
    ['/accounts/new', 'Login', 'new@example.org'],
  ] as const) {
    await page.goto(address);
    if (address === '/accounts/new') await page.getByLabel('Password', { exact: true }).fill('secret');
    await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByRole('link', { name: 'Tasks', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
    await page.goBack();
    await page.getByLabel(label, { exact: true }).waitFor();
    assert.equal(await page.getByLabel(label, { exact: true }).inputValue(), text, address);
    for (const field of await page.locator('[type=password]').all())
      assert.equal(await field.inputValue(), '');
  }
});

test('Back from the next runs of a schedule finds its form as it was typed', async () => {
  const page = await site.signedIn({ javaScriptEnabled: false });
  await page.goto('/schedules/new?kind=gc-faces');
  await page.getByLabel('Cron expression').fill('0 4 * * SUN');
  await page.getByLabel('User data').fill('vip');
  await page.getByRole('button', { name: 'Show next runs' }).click();
  await page.getByText('Next runs', { exact: true }).waitFor();
  await page.goBack();
  assert.equal(await page.getByLabel('Cron expression').inputValue(), '0 4 * * SUN');
  assert.equal(await page.getByLabel('User data').inputValue(), 'vip');
});

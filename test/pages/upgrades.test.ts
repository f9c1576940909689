import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openSite } from '../support/browser/site.ts';
import { waitFor } from '../support/waitFor.ts';
import { advanceTask, insertError } from './taskRows.ts';
import { buildVerification } from './upgradeReports.ts';
import { insertUpgrade, moveStep } from './upgradeRows.ts';

const site = openSite();
beforeEach(() => site.server.db.query('truncate tasks, upgrades cascade'));

const extracted = { extract: { state: 'done', expected: 1_000, done: 1_000 } } as const;

const stateOf = async (upgradeId: number): Promise<string | undefined> => {
  const [row] = await site.server.db.query<{ state: string }>(
    'select state from upgrades where upgrade_id = $1',
    [upgradeId],
  );
  return row?.state;
};

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, label: string): Promise<void> {
  const wanted = page.getByLabel(label).or(page.getByRole('button', { name: label }));
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await wanted.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${label}`);
}

test('an upgrade is begun from the form by keyboard alone', async () => {
  const page = await site.signedIn();
  await page.goto('/networks/view');
  await page.getByRole('link', { name: 'New upgrade' }).press('Enter');
  await page.getByRole('heading', { name: 'New upgrade' }).waitFor();
  await tabTo(page, 'Events');
  await page.keyboard.press('Space');
  await tabTo(page, 'Watch before');
  await page.keyboard.type('12h');
  await tabTo(page, 'Undo window of the removal');
  await page.keyboard.type('none');
  await page.keyboard.press('Enter');
  await page.getByText('The upgrade has started.').waitFor();
  await page.getByRole('heading', { name: 'Version 1 → 3' }).waitFor();
  await page.getByText('Checking version 3').waitFor();
  const [row] = await site.server.db.query(
    `select objects, settings -> 'watch_seconds' as watch, settings -> 'approve_before' as approve,
       settings -> 'undo_window' as undo from upgrades`,
  );
  assert.deepEqual(row, { objects: ['faces'], watch: 43_200, approve: ['switch', 'remove'], undo: null });
});

test('what is wrong is said at its field, and what was typed stays', async () => {
  const page = await site.signedIn();
  await page.goto('/upgrades/new');
  await page.getByLabel('Minimum coverage').fill('2');
  await page.getByLabel('Watch before').fill('soon');
  await page.getByLabel('Maximum objects').fill('500');
  await page.getByRole('button', { name: 'Start upgrade' }).click();
  await page.getByRole('link', { name: 'Minimum coverage: must be at most 1' }).click();
  const share = page.getByLabel('Minimum coverage');
  await share.and(page.locator(':focus')).waitFor();
  assert.equal(await share.inputValue(), '2');
  assert.equal(await page.getByLabel('Watch before').inputValue(), 'soon');
  await page.getByText('must look like 7d', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('Maximum objects').inputValue(), '500');
  assert.equal((await site.server.db.query('select from upgrades')).length, 0);
});

test('a version that nobody can extract is refused at its field', async () => {
  const page = await site.signedIn();
  await page.goto('/upgrades/new');
  // As a page that was opened before the network went.
  await page.evaluate(`document.querySelector('[name=to_version] option').value = '2'`);
  await page.getByLabel('Priority').fill('2');
  await page.getByRole('button', { name: 'Start upgrade' }).click();
  await page
    .getByRole('link', { name: 'To version: no network computes face descriptors of version 2' })
    .waitFor();
  assert.equal(await page.getByLabel('Priority').inputValue(), '2');
});

test('a second upgrade of a kind is refused on the form, with the reason', async () => {
  await insertUpgrade(site.server.db);
  const page = await site.signedIn();
  await page.goto('/upgrades/new');
  await page.getByLabel('Priority').fill('2');
  await page.getByRole('button', { name: 'Start upgrade' }).click();
  await page
    .getByText('Another upgrade is in progress: another upgrade of this kind of descriptors is not over')
    .waitFor();
  assert.equal(await page.getByLabel('Priority').inputValue(), '2');
});

for (const javaScriptEnabled of [true, false]) {
  test(`an upgrade is approved, paused, resumed, done again and rolled back by its buttons, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const { upgradeId } = await insertUpgrade(site.server.db, {
      ...{ step: 'switch', state: 'waiting', stepState: 'waiting', tasks: extracted },
    });
    const page = await site.signedIn({ javaScriptEnabled });
    await page.goto(`/upgrades/${upgradeId}/view`);
    const press = async (name: string, flash: string, state: string): Promise<void> => {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByText(flash).waitFor();
      assert.equal(await stateOf(upgradeId), state);
    };
    await press('Make version 3 the default now', 'Approved: the upgrade continues.', 'running');
    await press('Pause', 'The upgrade and its tasks are paused.', 'paused');
    await press('Resume', 'The upgrade has resumed.', 'running');
    await moveStep(site.server.db, upgradeId, { state: 'waiting', stepState: 'undecided' });
    await page.goto(`/upgrades/${upgradeId}/view`);
    await press('Switch again', 'The step is being repeated.', 'waiting');
    await page.getByText('Roll back…').click();
    await press('Roll back', 'The upgrade is being rolled back.', 'rolling_back');
    const lines = await site.server.db.query<{ action: string }>(
      `select action from audit where object_type = 'upgrade' and object_id = $1 order by audit_id`,
      [String(upgradeId)],
    );
    assert.deepEqual(
      lines.map(({ action }) => action.replace('upgrade.', '')),
      ['approve', 'pause', 'resume', 'repeat', 'roll_back'],
    );
  });
}

test('an earlier step is done again, with all that comes after it', async () => {
  const { upgradeId } = await insertUpgrade(site.server.db, {
    ...{ step: 'verify', state: 'waiting', stepState: 'undecided', tasks: extracted },
  });
  const page = await site.signedIn();
  await page.goto(`/upgrades/${upgradeId}/view`);
  const steps = page.getByRole('region', { name: 'Steps' });
  await steps
    .getByRole('listitem')
    .filter({ hasText: 'Extract version 3' })
    .getByRole('button', { name: 'Repeat from here' })
    .click();
  await page.getByText('The step is being repeated.').waitFor();
  const rows = await site.server.db.query(
    'select step, state from upgrade_steps where upgrade_id = $1 order by step_no desc limit 1',
    [upgradeId],
  );
  assert.deepEqual(rows, [{ step: 'extract', state: 'running' }]);
});

test('the page and its tab follow by themselves how far the upgrade is', async () => {
  const { upgradeId, taskIds } = await insertUpgrade(site.server.db, {
    ...{ step: 'extract', tasks: { extract: { state: 'running', expected: 1_000, done: 400 } } },
  });
  const page = await site.signedIn();
  await page.goto(`/upgrades/${upgradeId}/view`);
  await page.getByText('40 % of faces and events have version 3').waitFor();
  assert.equal(await page.title(), '40 % · Version 1 → 3 · Luna Admin');
  await advanceTask(site.server.db, taskIds[0] ?? 0, 220);
  await page.getByText('62 % of faces and events have version 3').waitFor();
  assert.equal(await page.title(), '62 % · Version 1 → 3 · Luna Admin');
  await moveStep(site.server.db, upgradeId, { state: 'waiting', stepState: 'undecided' });
  await page.getByRole('button', { name: 'Extract again' }).waitFor();
  await page.getByRole('main').getByText('Needs you').waitFor();
  await waitFor('a title without a share', async () => (await page.title()) === 'Version 1 → 3 · Luna Admin');
});

test('home says without a click how far the upgrade is, when it is done and whether the old version may go', async () => {
  const { taskIds } = await insertUpgrade(site.server.db, {
    step: 'extract',
    tasks: { extract: { state: 'running', expected: 100_000, done: 62_000, failed: 103 } },
  });
  await insertError(site.server.db, taskIds[0] ?? 0, 'no file of this name');
  const page = await site.signedIn();
  await page.goto('/');
  const card = page.getByRole('region', { name: 'Network upgrade' });
  await card.getByText('62 % of faces and events have version 3').waitFor();
  assert.match(await card.innerText(), /done at about (\d{4}-\d\d-\d\d )?\d\d:\d\d UTC, in 6 min/);
  await card.getByText('Not safe to remove version 1 yet: 38 % lack version 3').waitFor();
  await card.getByText('Next: verify the extract (step 3 of 6)').waitFor();
  assert.match(await page.title(), /^62 % · Version 1 → 3/);
  await card.getByRole('link', { name: '103 failed, repair…' }).click();
  await page.getByRole('heading', { name: 'Errors' }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('task_ids'), String(taskIds[0]));
  await page.getByText('no file of this name').first().waitFor();
});

test('the networks page lists the upgrade that goes on, and who ended which before', async () => {
  await insertUpgrade(site.server.db, {
    ...{ step: 'extract', state: 'rolled_back', stepState: 'done', tasks: extracted },
  });
  await insertUpgrade(site.server.db, {
    ...{ step: 'verify', state: 'waiting', stepState: 'undecided', tasks: extracted },
    ...{
      reasons: ['97 of 1300 faces lack version 3.'],
      reports: { verify: { verification: buildVerification() } },
    },
  });
  const page = await site.signedIn();
  await page.goto('/networks/view');
  const upgrades = page.getByRole('region', { name: 'Upgrades' });
  await upgrades.getByText('97 of 1300 faces lack version 3.').waitFor();
  const earlier = upgrades.getByRole('table', { name: 'Earlier upgrades' }).getByRole('row').nth(1);
  assert.match(await earlier.innerText(), /Version 1 → 3.*Rolled back.*root@visionlabs\.ai/s);
  await upgrades.getByRole('link', { name: 'Version 1 → 3' }).first().click();
  await page.getByRole('heading', { name: 'Verification of faces' }).waitFor();
});

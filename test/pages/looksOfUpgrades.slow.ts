import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verification } from '../../domain/upgrades/verification.ts';
import { openSite } from '../support/browser/site.ts';
import { startSession } from '../support/browser/visitor.ts';
import { rootLogin, rootPassword } from '../support/servers/apiServer.ts';
import { buildFace, insertFaces } from '../support/rows/rows.ts';
import { createLook } from './examine.ts';
import { insertError } from './taskRows.ts';
import { buildTrial, buildVerification } from './upgradeReports.ts';
import { insertUpgrade, type UpgradeRowOptions } from './upgradeRows.ts';

const evil = `"><img src=x onerror="document.title='pwned'">`;
const site = openSite();

const reports = {
  check: { trial: buildTrial(evil) },
  verify: { verification: buildVerification(evil) },
  switch: { switchedFrom: 1 },
};
const extracted = { extract: { state: 'done', expected: 1_300, done: 1_197, failed: 103 } } as const;
const complete: Verification = { ...buildVerification(), errors: [] };

/** Every state in which somebody may find an upgrade. */
const states: Readonly<Record<string, Partial<UpgradeRowOptions>>> = {
  checking: { step: 'check' },
  extracting: {
    ...{ step: 'extract', reports },
    tasks: { extract: { state: 'running', expected: 500_000, done: 310_000, failed: 103 } },
  },
  undecided: {
    ...{ step: 'verify', state: 'waiting', stepState: 'undecided', reports, tasks: extracted },
    reasons: [
      `97 of 1,300 faces lack version 3: 92.54 % have it; 99 % must.`,
      `No worker could read what was to be compared: ${evil}.`,
    ],
  },
  'waiting-switch': { step: 'switch', state: 'waiting', stepState: 'waiting', reports, tasks: extracted },
  watching: {
    ...{ step: 'watch', reports, tasks: extracted },
    dueTime: new Date(Date.now() + 6 * 86_400_000),
  },
  'waiting-removal': {
    ...{ step: 'remove', state: 'waiting', stepState: 'waiting', tasks: extracted },
    reports: { ...reports, watch: { verification: complete } },
  },
  removing: {
    ...{ step: 'remove', reports },
    tasks: { ...extracted, remove: { state: 'running', expected: 1_300, done: 400 } },
  },
  paused: {
    ...{ step: 'extract', state: 'paused', reports },
    tasks: { extract: { state: 'paused', expected: 500_000, done: 310_000, failed: 103 } },
  },
  'rolling-back': {
    ...{ step: 'extract', state: 'rolling_back', reports },
    tasks: { extract: { state: 'cancelling', expected: 500_000, done: 310_000 } },
  },
  'rolled-back': {
    ...{ step: 'extract', state: 'rolled_back', reports },
    tasks: { extract: { state: 'cancelled', expected: 500_000, done: 310_000 } },
  },
  done: {
    ...{ step: 'remove', state: 'done', stepState: 'done', reports },
    tasks: { ...extracted, remove: { state: 'done', expected: 1_300, done: 1_300 } },
  },
};

/** The only upgrade that there is. */
async function insertOnly(state: string): Promise<number> {
  await site.server.db.query('truncate tasks, upgrades restart identity cascade');
  const { upgradeId, taskIds } = await insertUpgrade(site.server.db, states[state]);
  for (const taskId of taskIds.slice(0, 1)) await insertError(site.server.db, taskId, evil);
  return upgradeId;
}

for (const width of [1280, 390]) {
  test(`an upgrade in each of its states can be used by everybody, light and dark, ${width} pixels wide`, async () => {
    const page = await site.visit({ viewport: { width, height: 800 }, reducedMotion: 'reduce' });
    await startSession(page, site.server.url, rootLogin, rootPassword);
    const look = createLook(site.visitor, width);
    await insertFaces(site.server.db, [buildFace({ versions: [1] }), buildFace({ versions: [1, 3] })]);

    for (const state of Object.keys(states)) {
      // A page of an upgrade that is gone for a moment leads elsewhere by itself.
      await page.goto('about:blank');
      const upgradeId = await insertOnly(state);
      await page.goto(`/upgrades/${upgradeId}/view`);
      await look(`upgrade-${state}`);
    }

    await page.goto('/networks/view');
    await look('networks-done-upgrade');
    for (const state of ['rolled_back', 'done'] as const)
      await insertUpgrade(site.server.db, { ...states['done'], state });
    await insertUpgrade(site.server.db, { ...states['undecided'] });
    await insertUpgrade(site.server.db, { ...states['waiting-switch'], kind: 'body' });
    await page.goto('/networks/view');
    await look('networks-upgrades');
    await page.goto('/');
    await look('home-upgrades');
    await page.goto('about:blank');
    await insertOnly('extracting');
    await page.goto('/');
    await look('home-upgrade');

    await page.goto('/upgrades/new');
    await look('new-upgrade');
    await page.getByLabel('Minimum coverage').fill('2');
    await page.getByLabel('Watch before').fill('soon');
    await page.getByRole('button', { name: 'Start upgrade' }).click();
    await page.getByText('Check these fields').waitFor();
    await look('new-upgrade-faults');
  });
}

test('markup in what an upgrade found out and waits for is shown as text', async () => {
  const page = await site.signedIn();
  const upgradeId = await insertOnly('undecided');
  for (const address of [`/upgrades/${upgradeId}/view`, '/networks/view', '/']) {
    await page.goto(address);
    assert.match(await page.getByRole('main').innerText(), /<img src=x onerror/, `${address} shows the text`);
    assert.equal(await page.locator('img[src=x]').count(), 0, `${address} made an element of it`);
  }
});

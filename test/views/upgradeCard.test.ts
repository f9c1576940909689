import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upgradeCard } from '../../views/pages/upgrades/upgradeCard.ts';
import type { UpgradeShape } from '../../views/pages/upgrades/upgradeShape.ts';

const now = new Date('2026-03-02T01:30:00.000Z');
const extracting: UpgradeShape = {
  ...{ upgrade_id: 3, kind: 'face', objects: ['faces'], from_version: 1, to_version: 3, state: 'running' },
  ...{ step: 'extract', waits_for: null, reasons: [], actions: ['pause', 'roll_back'] },
  progress: {
    ...{ objects_expected: 1_000, objects_done: 500, objects_skipped: 120, objects_failed: 80 },
    ...{ objects_per_second: 10, eta_seconds: 2_400 },
  },
  ...{ counted_step: 'extract', task_ids: [17, 18], undo_until: null },
  settings: {
    ...{ approve_before: ['switch', 'remove'], min_coverage: 0.99, max_failed: 0.01, watch_seconds: 604_800 },
    ...{ objects_per_second: null, error_budget: null, undo_window: null, priority: 3 },
  },
  ...{ login: 'root@visionlabs.ai', create_time: '2026-03-02T01:00:00.000Z', end_time: null },
};
const card = (changes: Partial<UpgradeShape> = {}) => upgradeCard({ ...extracting, ...changes }, now);

test('objects that failed do not count as those that have the new version', () => {
  const { sentence, progress, tab } = card();
  assert.equal(sentence, '62 % of faces have version 3');
  assert.deepEqual([progress?.percent, progress?.words, tab], [62, '620 of 1,000', '62 %']);
  const ended = { objects_expected: 100, objects_done: 90, objects_failed: 10, objects_skipped: 0 };
  const verifying = card({
    step: 'verify',
    progress: { ...ended, objects_per_second: null, eta_seconds: null },
  });
  assert.equal(verifying.sentence, '90 % of faces have version 3');
});

test('what failed leads to the open errors of the tasks that are counted', () => {
  assert.deepEqual(card().failed, { text: '80 failed', href: '/errors/view?task_ids=17%2C18' });
});

test('the end is told to the minute, with its date where that is another day', () => {
  assert.deepEqual(card().done?.time.text, '02:10');
  const late = { ...extracting.progress, eta_seconds: 86_400 } as UpgradeShape['progress'];
  assert.deepEqual(card({ progress: late }).done?.time.text, '2026-03-03 01:30');
});

test('before anything of the old version is removed, it is not said that it is', () => {
  const done = { ...extracting.progress, objects_done: 1_000, objects_failed: 0, objects_skipped: 0 };
  const waiting = {
    step: 'remove',
    progress: { ...done, eta_seconds: null } as UpgradeShape['progress'],
  } as const;
  for (const state of ['waiting', 'paused', 'running'] as const) {
    const { sentence, safe } = card({ ...waiting, state });
    assert.match(sentence, /^\d+ % of faces have version 3$/, state);
    assert.deepEqual(safe, { isSafe: true, text: 'Safe to remove version 1' }, state);
  }
  const removing = card({ ...waiting, counted_step: 'remove' });
  assert.match(removing.sentence, /of version 1 removed$/);
  assert.equal(removing.safe.text, 'Version 1 is being removed');
});

test('what is rolled back says to keep the old version, and not how much of it was removed', () => {
  for (const state of ['rolling_back', 'rolled_back'] as const) {
    const { safe, sentence, progress } = card({ state, step: 'remove', counted_step: 'remove' });
    assert.match(safe.text, /^Keep version 1: /);
    assert.match(sentence, /^Roll(ing|ed) back to version 1$/);
    assert.equal(progress, null);
  }
});

test('one that is done says until when it can be rolled back all the same', () => {
  const undo_until = '2026-03-09T01:30:00.000Z';
  const done = { state: 'done', step: 'remove', counted_step: 'remove', undo_until } as const;
  assert.equal(card({ ...done, actions: ['roll_back'] }).undoUntil?.text, '2026-03-09 01:30:00');
  assert.equal(card({ ...done, actions: [] }).undoUntil, null);
});

test('it says what comes next, and whether that needs somebody', () => {
  const nexts = [
    card(),
    card({ step: 'verify' }),
    card({ state: 'waiting', step: 'switch', waits_for: 'approval' }),
    card({ state: 'waiting', step: 'verify', waits_for: 'decision' }),
    card({ state: 'paused' }),
    card({ state: 'done' }),
  ].map(({ next }) => next);
  assert.deepEqual(nexts, [
    'verify the extract (step 3 of 6)',
    'make version 3 the default, once you approve it (step 4 of 6)',
    'make version 3 the default, once you approve it',
    'verify again, or accept this and go on',
    'resume the upgrade',
    null,
  ]);
});

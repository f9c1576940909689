import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { kinds, makePlan, paths, rateAfter, victims } from '../../chaos/plan.ts';

const seed = fc.integer({ min: 0, max: 2_147_483_647 });
const kills = fc.integer({ min: 1, max: 60 });

test('the same seed makes the same plan, another seed another one', () => {
  fc.assert(
    fc.property(seed, kills, (first, count) => {
      assert.deepEqual(makePlan(first, count), makePlan(first, count));
      assert.notDeepEqual(makePlan(first, count), makePlan(first + 1, count));
    }),
  );
});

test('a plan kills as often as it is told, and each time a task was started just before', () => {
  fc.assert(
    fc.property(seed, kills, (first, count) => {
      const { steps, tasks } = makePlan(first, count);
      const acts = steps.map(({ act }) => act);
      assert.equal(acts.filter((act) => act === 'kill').length, count);
      acts.forEach((act, index) => {
        if (act === 'kill') assert.ok(acts.slice(Math.max(0, index - 3), index).includes('start'));
      });
      const started = steps.flatMap((step) => (step.act === 'start' ? [step.task] : []));
      assert.deepEqual(started, [...tasks.keys()], 'each task is started once');
    }),
  );
});

test('a longer plan begins as the shorter one of its seed', () => {
  fc.assert(
    fc.property(seed, kills, (first, count) => {
      const { steps } = makePlan(first, count);
      assert.deepEqual(makePlan(first, count + 1).steps.slice(0, steps.length), steps);
    }),
  );
});

test('everything that can happen does happen within some seeds', () => {
  const steps = Array.from({ length: 20 }, (_, index) => makePlan(index, 10).steps).flat();
  const seen = (values: (string | undefined)[]) => [...new Set(values.filter(Boolean))].sort();
  assert.deepEqual(
    seen(steps.map((step) => (step.act === 'kill' ? step.victim : undefined))),
    [...victims].sort(),
  );
  assert.deepEqual(seen(steps.map((step) => ('path' in step ? step.path : undefined))), [...paths].sort());
  assert.deepEqual(seen(steps.map(({ act }) => act)), [
    ...[
      'away',
      'cancel',
      'clock',
      'cut',
      'freeze',
      'kill',
      'lock',
      'pause',
      'read',
      'resume',
      'retry',
      'slow',
      'stall',
      'start',
    ],
    ...['terminate', 'throttle', 'undo'],
  ]);
});

test('a bucket and a standby are victims where there are any', () => {
  const killed = (store: 'folder' | 's3', standby: boolean) => {
    const plans = Array.from({ length: 20 }, (_, index) => makePlan(index, 10, { store, standby }));
    const found = plans.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.act === 'kill' ? step.victim : [])),
    );
    return [...new Set(found)].sort();
  };
  assert.deepEqual(killed('s3', false), [...victims, 'store'].sort());
  assert.deepEqual(killed('folder', true), [...victims, 'failover', 'standby'].sort());
  assert.deepEqual(killed('s3', true), [...victims, 'failover', 'standby', 'store'].sort());
});

test('ten tasks are of all kinds', () => {
  fc.assert(
    fc.property(seed, (first) => {
      const { tasks } = makePlan(first, 30);
      for (const from of [0, 10, 20]) {
        assert.deepEqual(
          tasks
            .slice(from, from + 10)
            .map(({ kind }) => kind)
            .sort(),
          [...kinds].sort(),
        );
      }
    }),
  );
});

test('a throttled task comes to its end within the storm, also one that had no limit', () => {
  for (const percent of [25, 100, 400]) assert.ok(rateAfter(null, percent) >= 250);
  assert.equal(rateAfter(2_000, 50), 1_000);
  assert.equal(rateAfter(6, 25), 5);
});

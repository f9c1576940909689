import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findImbalances, isOverErrorBudget, type Books } from '../../../domain/tasks/books.ts';
import { batchLimit, nextBatchSize, nextDue, shiftDue } from '../../../domain/tasks/pace.ts';

const balanced: Books = {
  parts: 4,
  partsDone: 4,
  expected: 100,
  done: 90,
  failed: 3,
  skipped: 7,
  openErrors: 3,
  inResult: 90,
};

test('books that balance have nothing to say', () => {
  assert.deepEqual(findImbalances(balanced), []);
  assert.deepEqual(findImbalances({ ...balanced, inResult: null }), []);
});

const faults: [string, Partial<Books>][] = [
  ['a part that is not done', { partsDone: 3 }],
  ['an object that nobody accounts for', { skipped: 6 }],
  ['an object that is counted twice', { skipped: 8 }],
  ['a lost error', { openErrors: 2 }],
  ['a result that misses an object', { inResult: 89 }],
];
for (const [name, fault] of faults) {
  test(`${name} is found`, () => {
    assert.equal(findImbalances({ ...balanced, ...fault }).length, 1);
  });
}

test('a task gives up only over its share of at least a thousand objects', () => {
  assert.equal(isOverErrorBudget({ done: 0, failed: 999, skipped: 0 }, null), false);
  assert.equal(isOverErrorBudget({ done: 800, failed: 200, skipped: 0 }, null), false);
  assert.equal(isOverErrorBudget({ done: 799, failed: 201, skipped: 0 }, null), true);
  assert.equal(isOverErrorBudget({ done: 799, failed: 201, skipped: 0 }, 0.5), false);
});

test('batches grow and shrink towards their target, at most twofold, within bounds', () => {
  const bounds = { smallest: 100, largest: 20_000, targetMs: 200 };
  assert.equal(nextBatchSize(1_000, 10, bounds), 2_000);
  assert.equal(nextBatchSize(1_000, 250, bounds), 800);
  assert.equal(nextBatchSize(1_000, 10_000, bounds), 500);
  assert.equal(nextBatchSize(15_000, 100, bounds), 20_000);
  assert.equal(nextBatchSize(150, 10_000, bounds), 100);
});

test('a throttled task shares its rate among the parts that run, in batches of a second', () => {
  const limit = { objectsPerSecond: 400, runningParts: 4 };
  assert.equal(batchLimit(limit), 100);
  assert.equal(batchLimit({ objectsPerSecond: 1, runningParts: 4 }), 1);
  assert.equal(batchLimit({ objectsPerSecond: null, runningParts: 4 }), Infinity);
  assert.equal(nextDue(5_000, 5_000, 100, limit), 6_000);
  assert.equal(nextDue(5_000, 5_000, 100, { objectsPerSecond: null, runningParts: 4 }), 5_000);
});

test('a throttled part makes up for a slow batch, but not for a minute that it stood still', () => {
  const limit = { objectsPerSecond: 100, runningParts: 1 };
  assert.equal(nextDue(5_000, 5_400, 100, limit), 6_000);
  assert.equal(nextDue(5_000, 65_000, 100, limit), 65_000);
});

test('another rate shortens or lengthens the wait that is left', () => {
  const slow = { objectsPerSecond: 1, runningParts: 1 };
  assert.equal(shiftDue(10_000, 2_000, slow, { objectsPerSecond: 4, runningParts: 1 }), 4_000);
  assert.equal(shiftDue(10_000, 2_000, slow, { objectsPerSecond: null, runningParts: 1 }), 2_000);
  assert.equal(shiftDue(10_000, 2_000, slow, { objectsPerSecond: 1, runningParts: 2 }), 18_000);
});

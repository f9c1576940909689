import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from '../../../domain/tasks/outcome.ts';

const running = { state: 'collecting', planDone: true, restState: null } as const;
const balanced = {
  ...{ parts: 2, partsDone: 2, partsOpen: 0, expected: 10, done: 9, failed: 1, skipped: 0 },
  ...{ openErrors: 1, inResult: 9 },
};
const done = { outcome: 'done' } as const;

test('a task whose every object is accounted for once is done', () => {
  assert.deepEqual(outcomeOf(running, balanced, done), { state: 'done', failure: null });
});

test('a task that has subtasks left is not ended, whatever its workflow believes', () => {
  assert.equal(outcomeOf(running, { ...balanced, partsDone: 1, partsOpen: 1 }, done), 'unfinished');
  assert.equal(outcomeOf({ ...running, planDone: false }, balanced, done), 'unfinished');
});

test('a task that was told to cancel is cancelled, even if nothing was left to stop', () => {
  const cancelling = { ...running, state: 'cancelling' } as const;
  assert.deepEqual(outcomeOf(cancelling, balanced, done), { state: 'cancelled', failure: null });
});

test('a task whose counters do not add up fails, and says what does not', () => {
  const outcome = outcomeOf(running, { ...balanced, inResult: 8 }, done);
  assert.ok(outcome !== 'unfinished');
  assert.equal(outcome.state, 'failed');
  assert.equal(outcome.failure?.error, 'booksUnbalanced');
  assert.match(outcome.failure.detail, /the result names 8/);
});

test('a retry of failed objects brings a task back to where it was, with what had not ended left out', () => {
  const left = { ...balanced, partsDone: 1 };
  assert.deepEqual(outcomeOf({ ...running, restState: 'cancelled' }, left, done), {
    state: 'cancelled',
    failure: null,
  });
  const failed = outcomeOf({ ...running, restState: 'failed' }, left, done);
  assert.ok(failed !== 'unfinished');
  assert.equal(failed.failure?.error, 'partsLeft');
});

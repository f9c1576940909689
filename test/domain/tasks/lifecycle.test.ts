import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../../domain/errors.ts';
import {
  applyControl,
  checkRemoval,
  checkRetry,
  type ControlAction,
} from '../../../domain/tasks/lifecycle.ts';
import { isFinal, taskStates, taskStatusOf, type DesiredState } from '../../../domain/tasks/task.ts';

const control = fc.record({
  state: fc.constantFrom(...taskStates),
  desiredState: fc.constantFrom<DesiredState>('run', 'pause', 'cancel'),
});
const action = fc.constantFrom<ControlAction>('cancel', 'pause', 'resume');

test('no control ever moves a task that has come to its end', () => {
  fc.assert(
    fc.property(control, action, (task, act) => {
      fc.pre(isFinal(task.state));
      assert.throws(() => applyControl(task, act), DomainError);
    }),
  );
});

test('asking twice is the same as asking once', () => {
  fc.assert(
    fc.property(control, action, (task, act) => {
      let once;
      try {
        once = applyControl(task, act);
      } catch {
        return;
      }
      if (!isFinal(once.state)) assert.deepEqual(applyControl(once, act), once);
    }),
  );
});

test('a cancel is never taken back by a pause or a resume', () => {
  fc.assert(
    fc.property(control, action, (task, act) => {
      fc.pre(!isFinal(task.state) && act !== 'cancel');
      const cancelled = applyControl(task, 'cancel');
      assert.throws(() => applyControl(cancelled, act), DomainError);
    }),
  );
});

test('a task that waits for its workflow is cancelled at once', () => {
  assert.equal(applyControl({ state: 'pending', desiredState: 'run' }, 'cancel').state, 'cancelled');
});

test('a task that was paused before its turn goes back to where it waited, or is cancelled at once', () => {
  const task = { state: 'paused', desiredState: 'pause', isAdmitted: false } as const;
  assert.deepEqual(applyControl(task, 'resume'), { state: 'pending', desiredState: 'run' });
  assert.equal(applyControl(task, 'cancel').state, 'cancelled');
  assert.equal(applyControl({ ...task, isAdmitted: true }, 'cancel').state, 'cancelling');
});

test('only a finished task can be retried or removed', () => {
  for (const state of taskStates) {
    const allowed = isFinal(state);
    for (const check of [checkRetry, checkRemoval]) {
      if (allowed) check({ state });
      else assert.throws(() => check({ state }), DomainError, `${check.name} ${state}`);
    }
  }
});

test('every state has the status that the contract gives it', () => {
  assert.deepEqual(Object.fromEntries(taskStates.map((state) => [state, taskStatusOf(state)])), {
    awaiting_approval: 0,
    pending: 0,
    planning: 1,
    running: 1,
    pausing: 1,
    paused: 1,
    cancelling: 1,
    collecting: 4,
    cancelled: 2,
    failed: 3,
    done: 5,
  });
});

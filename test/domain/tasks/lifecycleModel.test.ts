import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../../domain/errors.ts';
import {
  applyControl,
  type ControlledTask,
  type ControlAction,
  nextStates,
} from '../../../domain/tasks/lifecycle.ts';
import { isFinal, type TaskState } from '../../../domain/tasks/task.ts';

/** What admins can bring about by themselves: the arrows of docs/architecture.md that bear their orders. */
const arrows: Record<ControlAction, Partial<Record<TaskState, TaskState>>> = {
  cancel: {
    ...{
      awaiting_approval: 'cancelled',
      pending: 'cancelled',
      planning: 'cancelling',
      running: 'cancelling',
      pausing: 'cancelling',
    },
    ...{ paused: 'cancelling', collecting: 'cancelling', cancelling: 'cancelling' },
  },
  pause: { pending: 'paused', planning: 'pausing', running: 'pausing', pausing: 'pausing', paused: 'paused' },
  resume: {
    pending: 'pending',
    planning: 'planning',
    running: 'running',
    pausing: 'pausing',
    paused: 'paused',
  },
};

/** What the engine may make of a task, by what is desired of it. */
const engine: ((task: ControlledTask) => TaskState)[] = [
  ({ state, desiredState }) =>
    desiredState === 'run' && ['pending', 'paused', 'pausing'].includes(state) ? 'planning' : state,
  ({ state }) => (state === 'awaiting_approval' ? 'pending' : state),
  ({ state }) => (state === 'planning' ? 'running' : state),
  ({ state, desiredState }) => (state === 'pausing' && desiredState === 'pause' ? 'paused' : state),
  ({ state }) => (state === 'running' ? 'collecting' : state),
  ({ state }) => (state === 'collecting' ? 'done' : state),
  ({ state }) => (state === 'cancelling' ? 'cancelled' : state),
  ({ state }) => (state === 'planning' || state === 'running' || state === 'collecting' ? 'failed' : state),
];

type Move =
  { readonly by: 'admin'; readonly action: ControlAction } | { readonly by: 'engine'; step: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({
    by: fc.constant('admin' as const),
    action: fc.constantFrom<ControlAction>('cancel', 'pause', 'resume'),
  }),
  fc.record({ by: fc.constant('engine' as const), step: fc.nat(engine.length - 1) }),
);

/** Every task that the moves lead to, from a new one on. */
function* walk(
  initial: TaskState,
  moves: readonly Move[],
): Generator<{ before: ControlledTask; move: Move; after: ControlledTask | null }> {
  let task: ControlledTask = { state: initial, desiredState: 'run' };
  for (const next of moves) {
    const before = task;
    let after: ControlledTask | null;
    try {
      after =
        next.by === 'admin'
          ? applyControl(before, next.action)
          : { ...before, state: engine[next.step]?.(before) ?? before.state };
    } catch (error) {
      assert.ok(error instanceof DomainError);
      after = null;
    }
    yield { before, move: next, after };
    task = after ?? before;
  }
}

const moves = fc.array(move, { maxLength: 40 });
const initials = fc.constantFrom<TaskState>('pending', 'awaiting_approval');

test('whatever admins and engine do in whatever order, an order follows an arrow or is refused', () => {
  fc.assert(
    fc.property(initials, moves, (initial, all) => {
      for (const { before, move: made, after } of walk(initial, all)) {
        if (made.by !== 'admin') continue;
        assert.equal(after?.state, arrows[made.action][before.state], `${made.action} while ${before.state}`);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('whatever happens to a task is an arrow of the diagram that its page shows', () => {
  fc.assert(
    fc.property(initials, moves, (initial, all) => {
      for (const { before, after } of walk(initial, all)) {
        if (after === null || after.state === before.state) continue;
        assert.ok(nextStates[before.state].includes(after.state), `${before.state} to ${after.state}`);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('the architecture draws the same arrows', async () => {
  const text = await readFile(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
  const drawn = [...text.matchAll(/^ {4}(\w+) --> (\w+): /gm)].map(([, from, to]) => `${from} ${to}`);
  const known = Object.entries(nextStates).flatMap(([from, next]) => next.map((to) => `${from} ${to}`));
  assert.deepEqual(drawn.sort(), known.sort());
});

test('state and desired state never contradict each other', () => {
  fc.assert(
    fc.property(initials, moves, (initial, all) => {
      for (const { after } of walk(initial, all)) {
        if (after === null || isFinal(after.state)) continue;
        const { state, desiredState } = after;
        assert.equal(state === 'cancelling', desiredState === 'cancel', `${state}, desired ${desiredState}`);
        if (desiredState === 'pause') assert.ok(state === 'pausing' || state === 'paused', state);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a task that was cancelled becomes cancelled and nothing else', () => {
  fc.assert(
    fc.property(initials, moves, (initial, all) => {
      let isCancelled = false;
      for (const { after, move: made } of walk(initial, all)) {
        if (made.by === 'admin' && made.action === 'cancel' && after !== null) isCancelled = true;
        if (isCancelled && after !== null) assert.match(after.state, /^cancell(ing|ed)$/);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('from wherever it stands, a task can still come to its end', () => {
  fc.assert(
    fc.property(initials, moves, (initial, all) => {
      let task: ControlledTask = { state: 'pending', desiredState: 'run' };
      for (const { before, after } of walk(initial, all)) task = after ?? before;
      if (task.desiredState === 'pause') task = applyControl(task, 'resume');
      const onward = engine.slice(0, -1);
      for (const step of onward.flatMap(() => onward)) task = { ...task, state: step(task) };
      assert.ok(isFinal(task.state), task.state);
    }),
    { numRuns: 1_000 },
  );
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { testTemporalAddress } from '../support/servers/database.ts';
import { startModelRunner, type ModelRunner } from './modelRunner.ts';
import type { Fate, Scenario } from './modelTask.ts';

const bookFate = fc.constantFrom<Fate>('ok', 'ok', 'ok', 'ok', 'lost', 'error');
const partFate = fc.oneof(
  { weight: 30, arbitrary: fc.constant<Fate>('ok') },
  { weight: 6, arbitrary: fc.constantFrom<Fate>('lost', 'error') },
  { weight: 1, arbitrary: fc.constant<Fate>('fatal') },
);
const scenario: fc.Arbitrary<Scenario> = fc.record({
  parts: fc.nat(14),
  partsPerRun: fc.integer({ min: 2, max: 20 }),
  perStep: fc.integer({ min: 1, max: 6 }),
  window: fc.integer({ min: 1, max: 5 }),
  bookFates: fc.array(bookFate, { maxLength: 5 }),
  partFates: fc.array(fc.array(partFate, { maxLength: 2 }), { maxLength: 14 }),
  orders: fc.array(
    fc.record({
      after: fc.integer({ min: 1, max: 14 }),
      wish: fc.constantFrom('pause', 'pause', 'cancel'),
      signal: fc.boolean(),
      late: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  forgets: fc.record({ after: fc.integer({ min: 1, max: 40 }), parts: fc.integer({ min: 1, max: 5 }) }),
});

let runner: ModelRunner;

before(async () => {
  runner = await startModelRunner(testTemporalAddress());
});

after(() => runner.stop());

test('whatever fails, gets lost, comes twice or is ordered meanwhile, a task comes to the right end', async () => {
  // Side by side: most of each story is waiting for the next attempt.
  await fc.assert(
    fc.asyncProperty(fc.array(scenario, { minLength: 20, maxLength: 20 }), async (plans) => {
      const results = await Promise.allSettled(plans.map((plan) => runner.play(plan)));
      const wrong = results.flatMap((result, index) =>
        result.status === 'rejected' ? [`${String(result.reason)} ${JSON.stringify(plans[index])}`] : [],
      );
      assert.deepEqual(wrong, []);
    }),
    // Making a counterexample smaller would take minutes; the stories that went wrong are named.
    { numRuns: 1, endOnFailure: true },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fadeMs, recentRate } from '../../../domain/tasks/rate.ts';

/** The faded count of a task that commits a batch of objects each second at these rates, and its running clock. */
function run(rates: readonly number[]): { recent: number; runningMs: number } {
  const fade = Math.exp(-1_000 / fadeMs);
  return { recent: rates.reduce((sum, rate) => sum * fade + rate, 0), runningMs: rates.length * 1_000 };
}

const rateAfter = (rates: readonly number[]): number => {
  const { recent, runningMs } = run(rates);
  return recentRate(recent, runningMs);
};

test('a steady rate is told as it is from the first seconds on', () => {
  for (const seconds of [3, 10, 100, 1_000]) {
    const rate = rateAfter(Array<number>(seconds).fill(500));
    assert.ok(Math.abs(rate - 500) < 15, `after ${seconds} s: ${rate}`);
  }
});

test('a task that became slower is told at its new rate within minutes, whatever it did for hours', () => {
  const hours = Array<number>(4 * 3_600).fill(1_000);
  const rate = rateAfter([...hours, ...Array<number>(120).fill(10)]);
  assert.ok(rate > 10 && rate < 40, `${rate}`);
});

test('a task that stands still goes down to nothing', () => {
  assert.ok(rateAfter([...Array<number>(600).fill(1_000), ...Array<number>(300).fill(0)]) < 1);
  assert.equal(recentRate(0, 0), 0);
});

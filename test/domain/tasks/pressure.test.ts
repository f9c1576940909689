import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSlowdown, noSlowdown, type PressureSign } from '../../../domain/tasks/pressure.ts';

const sign = (excess: number, reason = 'standby 45 s behind'): PressureSign => ({ reason, excess });
const after = (looks: number, signs: readonly PressureSign[], from = noSlowdown) =>
  Array.from({ length: looks }).reduce((slowdown: typeof from) => nextSlowdown(slowdown, signs), from);

test('nothing slows tasks down while every figure is within its limit', () => {
  assert.deepEqual(nextSlowdown(noSlowdown, [sign(1), sign(0.5)]), noSlowdown);
});

test('the figure that exceeds its limit most is the reason', () => {
  const { reason } = nextSlowdown(noSlowdown, [sign(1.5, 'reads take 300 ms'), sign(2), sign(0.9, 'none')]);
  assert.equal(reason, 'standby 45 s behind');
});

test('tasks rest more the longer a limit is exceeded, and never altogether', () => {
  const rests = [1, 2, 4, 20].map((looks) => after(looks, [sign(3)]).rest);
  assert.deepEqual(rests, [0.25, 0.5, 2, 19]);
});

test('a limit that is hardly exceeded slows down little', () => {
  assert.ok(after(5, [sign(1.1)]).rest < 0.5);
});

test('within half a minute of the last fault they go on at full speed', () => {
  const slow = after(20, [sign(3)]);
  assert.ok(nextSlowdown(slow, []).reason === slow.reason && nextSlowdown(slow, []).rest < slow.rest);
  assert.deepEqual(after(7, [], slow), noSlowdown);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { round, slopeOf } from '../../bench/harness/figures.ts';

test('what was measured is never rounded to nothing, since rates are divided by it', () => {
  assert.equal(round(0.00412), 0.0041);
  assert.equal(round(0.0004, 0), 0.0004);
  assert.equal(round(-0.001234), -0.0012);
});

test('larger figures and a true zero keep their places', () => {
  assert.equal(round(12.3456), 12.35);
  assert.equal(round(1_234.5, 0), 1_235);
  assert.equal(round(0), 0);
});

test('the slope of a straight line has no error, and that of a scattered one tells it', () => {
  assert.deepEqual(
    slopeOf([
      [0, 5],
      [1, 7],
      [2, 9],
    ]),
    { slope: 2, error: 0 },
  );
  const { slope, error } = slopeOf([
    [0, 0],
    [1, 3],
    [2, 0],
    [3, 3],
  ]);
  assert.ok(Math.abs(slope - 0.6) < 1e-9, String(slope));
  assert.ok(Math.abs(error - Math.sqrt(0.72)) < 1e-9, String(error));
  assert.throws(
    () =>
      slopeOf([
        [0, 1],
        [1, 2],
      ]),
    RangeError,
  );
});

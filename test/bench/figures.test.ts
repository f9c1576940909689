import assert from 'node:assert/strict';
import { test } from 'node:test';
import { round } from '../../bench/harness/figures.ts';

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

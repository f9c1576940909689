import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histogramOf } from '../../../domain/networks/histogram.ts';
import {
  equalErrorRate,
  pairsBetween,
  pairsOf,
  separationOf,
  tarAt,
} from '../../../extraction/check/separation.ts';

const pairs = (same: readonly number[], other: readonly number[]) => ({
  same: Float64Array.from(same).sort(),
  other: Float64Array.from(other).sort(),
});

const at = (identity: string, degrees: number) => ({
  identity,
  descriptor: Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)),
});

/** 1, 2, … n of a hundredth. */
const upTo = (count: number): number[] => Array.from({ length: count }, (_, place) => (place + 1) / 100);

const eers: readonly [what: string, same: readonly number[], other: readonly number[], eer: number][] = [
  ['nobody is mistaken', [0.8, 0.9], [0.1, 0.2], 0],
  ['one of four is mistaken either way', [0.3, 0.7, 0.8, 0.9], [0.1, 0.2, 0.25, 0.75], 0.25],
  ['everybody is alike', [1, 1, 1], [1, 1, 1], 0.5],
  ['all are taken for somebody else', [0.1, 0.2], [0.8, 0.9], 1],
  ['the rates meet between two thresholds', [0.4, 0.8], [0.2, 0.5, 0.6], 5 / 12],
];
for (const [what, same, other, eer] of eers) {
  test(`when ${what}, the equal error rate is ${eer.toFixed(2)}`, () => {
    assert.ok(Math.abs(equalErrorRate(pairs(same, other)) - eer) < 1e-9);
  });
}

test('the true accept rate is that of the threshold which lets so few others pass', () => {
  // Of a hundred others one may pass: the one of 1.00, so that everything above 0.99 is accepted.
  assert.equal(tarAt(pairs([0.5, 0.98, 0.995, 1], upTo(100)), 0.01), 0.5);
  assert.equal(tarAt(pairs([0.5, 0.98, 0.995, 1], upTo(100)), 0.1), 0.75);
});

test('a true accept rate is not told of fewer pairs than its rate needs', () => {
  assert.equal(tarAt(pairs([0.5], upTo(99)), 0.01), null);
  assert.equal(tarAt(pairs([0.5], upTo(100)), 0.001), null);
});

test('means and d′ are those of the two kinds of pairs', () => {
  // Means 0.8 and 0.2, a standard deviation of 0.1 each.
  const found = separationOf(pairs([0.7, 0.9], [0.1, 0.3]));
  assert.ok(found !== null);
  assert.deepEqual(
    [found.meanSame, found.meanOther, found.dPrime].map((value) => Number(value.toFixed(9))),
    [0.8, 0.2, 6],
  );
});

test('one person alone cannot be told from anybody', () => {
  assert.equal(separationOf(pairsOf([at('a', 0), at('a', 5)])), null);
});

test('samples are paired once with each other, and with all of another set', () => {
  const people = [at('a', 0), at('a', 60), at('b', 90)];
  const { same, other } = pairsOf(people);
  assert.deepEqual([same.length, other.length], [1, 2]);
  assert.ok(Math.abs((same[0] ?? 0) - 0.5) < 1e-6);
  const between = pairsBetween([at('a', 0)], people);
  assert.deepEqual([between.same.length, between.other.length], [2, 1]);
});

test('a histogram has bins on round numbers, whose shares add up to one', () => {
  const { from, to, same, other } = histogramOf(pairs([0.95, 0.97, 1.000001, 0.9], [0.52, 0.52, 0.56, 0.9]));
  assert.deepEqual([Number(from.toFixed(9)), to, same.length], [0.52, 1, 24]);
  assert.deepEqual([other[0], other[2], other[19]], [0.5, 0.25, 0.25]);
  assert.deepEqual([same[19], same[21], same[22], same[23]], [0.25, 0.25, 0.25, 0.25]);
});

test('a histogram of people who are all alike is not one bin wide', () => {
  const { from, same, other } = histogramOf(pairs([1, 1], [0.9999]));
  assert.ok(from < 0.96);
  assert.deepEqual([same.at(-1), other.at(-1)], [1, 1]);
});

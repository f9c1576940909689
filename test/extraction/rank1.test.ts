import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cosineOf, rankOne } from '../../extraction/rank1.ts';

const at = (identity: string, degrees: number) => ({
  identity,
  descriptor: Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)),
});

test('people whose samples lie together are all found', () => {
  assert.equal(rankOne([at('a', 0), at('a', 5), at('b', 90), at('b', 96)]), 1);
});

test('a sample that lies with another person counts against the rate', () => {
  assert.equal(rankOne([at('a', 0), at('a', 5), at('b', 90), at('b', 6)]), 0.5);
});

test('a network that says the same of everybody finds hardly anybody', () => {
  const people = Array.from({ length: 10 }, (_, person) => [at(`${person}`, 0), at(`${person}`, 0)]).flat();
  assert.ok(rankOne(people) <= 0.2);
});

test('vectors of different length are not compared', () => {
  assert.throws(() => cosineOf(Float32Array.of(1), Float32Array.of(1, 0)), /cannot be compared/);
});

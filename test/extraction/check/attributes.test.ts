import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeFaults, tellAttributes } from '../../../extraction/check/attributes.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { findNetwork, isLocal } from '../../../extraction/catalogue/network.ts';

const found = findNetwork(builtIn.filter(isLocal), 1, 'attributes');
assert.ok(found !== null);
const network = found;

const calm = [1, 0, 0, 0, 0, 0, 0];

type Told = readonly [age: number, gender: number, emotions?: readonly number[]];

function faultsOf(...people: readonly Told[]): string {
  const shots = people.map(([age, gender, emotions = calm], place) => ({
    identity: `${place}`,
    outputs: {
      age: Float32Array.of(age),
      gender: Float32Array.of(gender),
      emotions: Float32Array.from(emotions),
    },
  }));
  return attributeFaults(tellAttributes(network, shots)).join(' ');
}

test('people of all ages, women and men, are nothing to complain of', () => {
  assert.equal(faultsOf([3, 0.02, [0.5, 0.5, 0, 0, 0, 0, 0]], [88, 0.97], [40, 0.5]), '');
});

const wrong: readonly [what: string, people: readonly Told[], said: RegExp][] = [
  [
    'below zero',
    [
      [-4, 0],
      [30, 1],
    ],
    /Ages are -4 to 30/,
  ],
  [
    'beyond any age',
    [
      [30, 0],
      [3_000, 1],
    ],
    /Ages are 30 to 3000/,
  ],
  [
    'a share of a hundred years',
    [
      [0.24, 0],
      [0.61, 1],
    ],
    /fraction of 100 years/,
  ],
  [
    'the same for everybody',
    [
      [31.2, 0],
      [31.21, 1],
    ],
    /Everyone is 31\.21 years old/,
  ],
];
for (const [what, people, said] of wrong) {
  test(`an age that is ${what} is told`, () => {
    assert.match(faultsOf(...people), said);
  });
}

test('a gender that is no probability is told', () => {
  assert.match(faultsOf([30, -2.5], [40, 3]), /Gender is -2\.5 to 3, not 0 to 1/);
});

test('emotions that are no shares are told', () => {
  assert.match(faultsOf([30, 0], [40, 1, [3, 2, 1, 0, 0, 0, 0]]), /add up to 6, not to 1/);
  assert.match(faultsOf([30, 0], [40, 1, [2, -1, 0, 0, 0, 0, 0]]), /add up to 1, not to 1|softmax/);
});

test('people of whom nothing can be told are counted', () => {
  assert.match(faultsOf([NaN, 0], [40, 1], [20, 1]), /^1 samples/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ComparedObject } from '../../../domain/upgrades/comparison.ts';
import { compareVersions } from '../../../domain/upgrades/compareVersions.ts';
import { createRandom } from '../../../extraction/pictures/seededRandom.ts';

const compare = (objects: readonly ComparedObject[]) => compareVersions(objects, () => setImmediate());

/** A vector in any direction. */
function noise(random: () => number, length: number): Float32Array {
  return Float32Array.from(
    { length },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(6.283185 * random()),
  );
}

/** Two objects of each person, that lie beside each other in the old version; the new one is made of the old. */
function makePeople(
  people: number,
  make: (old: Float32Array, random: () => number) => Float32Array = (old) => old,
  { length = 32, isLabelled = true } = {},
): ComparedObject[] {
  const random = createRandom(7);
  return Array.from({ length: people }, (_, person) => {
    const middle = noise(random, length);
    return [0, 1].map(() => {
      const away = noise(random, length);
      const from = middle.map((value, place) => value + 0.3 * (away[place] ?? 0));
      return { label: isLabelled ? `person ${person}` : null, from, to: make(from, random) };
    });
  }).flat();
}

/** Every cosine becomes 0.75 of it and a quarter. */
function raise(old: Float32Array): Float32Array {
  const norm = Math.hypot(...old);
  return Float32Array.of(...old.map((value) => (value / norm) * Math.sqrt(0.75)), Math.sqrt(0.25));
}

const isNear = (value: number | null | undefined, wanted: number, within: number): void =>
  assert.ok(value != null && Math.abs(value - wanted) <= within, `${value} is not about ${wanted}`);

test('a version agrees with itself, at the same thresholds', async () => {
  const told = await compare(makePeople(100));
  assert.equal(told.agreement.share, 1);
  assert.ok(told.agreement.clear > 150, `${told.agreement.clear} of 200 are clear`);
  assert.deepEqual(told.rankOne, { from: 1, to: 1 });
  assert.deepEqual(told.histograms?.from, told.histograms?.to);
  for (const { from, to, fmr, fmrIfKept, fnmrIfKept } of told.thresholds) {
    assert.deepEqual(from, to);
    isNear(fmrIfKept, fmr, 1e-4);
    assert.equal(fnmrIfKept, from.fnmr);
  }
});

test('an object of which there are several of the same person has a clear nearest one all the same', async () => {
  const twice = makePeople(40);
  // Beside one of the person's objects in the old version, beside the other one in the new.
  const again = twice.map(({ label, from }, place) => ({
    label,
    from: from.map((value) => value * 1.01 + 0.001),
    to: twice[place ^ 1]?.to ?? from,
  }));
  const told = await compare([...twice, ...again]);
  assert.ok(told.agreement.clear > 120, `${told.agreement.clear} of 160 are clear`);
  assert.equal(told.agreement.share, 1);
});

test('a version of noise finds the same object, and the same person, no more often than by chance', async () => {
  const told = await compare(makePeople(100, (_, random) => noise(random, 32)));
  isNear(told.agreement.share, 1 / 199, 0.02);
  isNear(told.rankOne?.from, 1, 0);
  isNear(told.rankOne?.to, 1 / 199, 0.02);
  const [first] = told.thresholds;
  isNear(first?.from.fnmr, 0, 0);
  isNear(first?.to.fnmr, 0.99, 0.03);
});

test('scores that lie higher by a known measure move the threshold by it, and nothing else', async () => {
  const told = await compare(makePeople(100, raise));
  assert.equal(told.agreement.share, 1);
  assert.ok(told.thresholds.length > 0);
  for (const { from, to, fmrIfKept, fmr } of told.thresholds) {
    isNear(to.threshold, 0.75 * from.threshold + 0.25, 1e-5);
    assert.equal(to.fnmr, from.fnmr);
    assert.ok(fmrIfKept > fmr);
  }
});

test('thresholds are told of the rates only that there are pairs enough for', async () => {
  const rates = async (people: number) =>
    (await compare(makePeople(people))).thresholds.map(({ fmr, falseMatches }) => [fmr, falseMatches]);
  // 50 objects have 1,225 pairs, 200 have 19,900, each less those of one person.
  assert.deepEqual(await rates(20), []);
  assert.deepEqual(await rates(25), [[1e-2, 12]]);
  assert.deepEqual(await rates(100), [
    [1e-2, 198],
    [1e-3, 19],
  ]);
});

test('a threshold takes no more strangers for each other than its rate says', async () => {
  const { thresholds, histograms } = await compare(makePeople(100));
  for (const { fmr, fmrIfKept } of thresholds) assert.ok(fmrIfKept <= fmr);
  const sum = (shares: readonly number[] = []) => shares.reduce((total, share) => total + share, 0);
  isNear(sum(histograms?.from.other), 1, 1e-9);
  isNear(sum(histograms?.to.same), 1, 1e-9);
});

test('where nobody knows who is who, all pairs count as those of other people, and rank-1 is not told', async () => {
  const told = await compare(makePeople(50, undefined, { isLabelled: false }));
  assert.deepEqual([told.others, told.pairs, told.people], ['assumed', { same: 0, other: 4_950 }, 0]);
  assert.equal(told.rankOne, null);
  assert.equal(told.agreement.share, 1);
  assert.ok(told.thresholds.every(({ from, to }) => from.fnmr === null && to.fnmr === null));
});

test('objects that nobody knows count neither as the same nor, where enough are known, as other people', async () => {
  const known = makePeople(25);
  const unknown = makePeople(25, undefined, { isLabelled: false });
  const told = await compare([...known, ...unknown]);
  assert.deepEqual([told.others, told.pairs], ['known', { same: 25, other: 1_200 }]);
  assert.deepEqual([told.people, told.objectsOfPeople], [25, 50]);
  // Each has a twin among those that nobody knows, which is not held against the version.
  assert.deepEqual(told.rankOne, { from: 1, to: 1 });
});

test('of fewer than ten people with two objects no rank-1 is told', async () => {
  const alone = makePeople(30).filter((_, place) => place % 2 === 0);
  assert.equal((await compare([...makePeople(9), ...alone.slice(9)])).rankOne, null);
  assert.deepEqual((await compare(makePeople(10))).rankOne, { from: 1, to: 1 });
});

test('a version to which all are alike leads nowhere, and breaks nothing', async () => {
  const same = Float32Array.of(1, 0);
  const told = await compare(makePeople(30).map((object) => ({ ...object, from: same })));
  assert.deepEqual([told.agreement.share, told.agreement.clear], [null, 0]);
  assert.equal(told.thresholds[0]?.from.fnmr, 1);
  assert.equal(told.histograms?.from.other.at(-1), 1);
});

test('descriptors that are too short, no number or nothing but zeros are counted and left out', async () => {
  const objects = makePeople(25);
  const [first, second, third, fourth, fifth] = objects;
  assert.ok(first && second && third && fourth && fifth);
  const broken = [
    { ...first, from: first.from.slice(1) },
    { ...second, to: new Float32Array() },
    { ...third, from: third.from.map(() => NaN), to: third.to.map(() => 0) },
    { ...fourth, to: Float32Array.of(...fourth.to.slice(1), Infinity) },
    { ...fifth, from: fifth.from.map(() => 0) },
  ];
  const told = await compare([...broken, ...objects]);
  assert.deepEqual([told.given, told.compared, told.length], [55, 50, { from: 32, to: 32 }]);
  assert.deepEqual(told.unusable, {
    from: { wrongLength: 1, notNumbers: 1, zeros: 1 },
    to: { wrongLength: 1, notNumbers: 1, zeros: 1 },
  });
  assert.deepEqual({ ...told, given: 50, unusable: null }, { ...(await compare(objects)), unusable: null });
});

test('nothing at all, or one object, is told of without a figure', async () => {
  for (const objects of [[], makePeople(1).slice(1)]) {
    const told = await compare(objects);
    assert.deepEqual([told.compared, told.histograms, told.thresholds], [objects.length, null, []]);
    assert.equal(told.agreement.share, null);
    assert.equal(JSON.stringify(told).includes('null'), true);
  }
});

test('a report survives being written as JSON', async () => {
  const told = await compare(makePeople(25));
  assert.deepEqual(JSON.parse(JSON.stringify(told)), told);
});

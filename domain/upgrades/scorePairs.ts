import type { Pairs } from '../networks/pairs.ts';
import type { DescriptorRows } from './descriptorRows.ts';
import type { LabelPlan } from './labelPlan.ts';

/** The scores of all pairs in one version, and what is most similar to each object. */
export interface Scores {
  readonly pairs: Pairs;
  /** The most similar other object of each; −1: there is none. */
  readonly nearest: Int32Array;
  /** By how much its score exceeds that of the most similar one that is not known to be the same person as it. */
  readonly lead: Float64Array;
  /** The most similar among those of whom it is known who they are. */
  readonly nearestKnown: Int32Array;
}

// About ten milliseconds of a thousand objects with 512 numbers each.
const rowsAtOnce = 16;

/** Half a million pairs of 512 numbers take half a second: every few milliseconds it waits for `pause`, so that others get their turn. */
export async function scorePairs(
  { values, length }: DescriptorRows,
  { labels, othersAreKnown, samePairs, otherPairs }: LabelPlan,
  pause: () => Promise<void>,
): Promise<Scores> {
  const count = labels.length;
  const same = new Float64Array(samePairs);
  const other = new Float64Array(otherPairs);
  const all = createRanking(labels);
  const known = createRanking(labels);
  let [sames, others] = [0, 0];
  for (let one = 0; one < count; one++) {
    const label = labels[one] ?? -1;
    for (let two = one + 1; two < count; two++) {
      const score = dotOf(values, one * length, two * length, length);
      all.see(one, two, score);
      const areKnown = label >= 0 && (labels[two] ?? -1) >= 0;
      if (areKnown) known.see(one, two, score);
      if (areKnown && label === labels[two]) same[sames++] = score;
      else if (areKnown || !othersAreKnown) other[others++] = score;
    }
    if (one % rowsAtOnce === rowsAtOnce - 1) await pause();
  }
  return {
    pairs: { same: same.sort(), other: other.sort() },
    nearest: all.nearest,
    lead: all.best.map((score, place) => score - (all.rival[place] ?? 0)),
    nearestKnown: known.nearest,
  };
}

/** Four sums at once: two fifths of the time of one, whose every addition waits for the last. */
function dotOf(values: Float32Array, one: number, two: number, length: number): number {
  // Not taken out of an array, which doubles the time.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let place = 0;
  for (; place + 3 < length; place += 4) {
    a += (values[one + place] ?? 0) * (values[two + place] ?? 0);
    b += (values[one + place + 1] ?? 0) * (values[two + place + 1] ?? 0);
    c += (values[one + place + 2] ?? 0) * (values[two + place + 2] ?? 0);
    d += (values[one + place + 3] ?? 0) * (values[two + place + 3] ?? 0);
  }
  for (; place < length; place++) a += (values[one + place] ?? 0) * (values[two + place] ?? 0);
  return a + b + c + d;
}

/** The best score of each object, and the best of anybody else than who that one is. */
function createRanking(labels: Int32Array) {
  const best = new Float64Array(labels.length).fill(-Infinity);
  const rival = new Float64Array(labels.length).fill(-Infinity);
  const nearest = new Int32Array(labels.length).fill(-1);
  const seeOne = (one: number, two: number, score: number): void => {
    const isBetter = score > (best[one] ?? 0);
    if (!isBetter && score <= (rival[one] ?? 0)) return;
    const isSame = isSamePerson(labels, nearest[one] ?? -1, two);
    if (!isSame) rival[one] = isBetter ? (best[one] ?? 0) : score;
    if (!isBetter) return;
    best[one] = score;
    nearest[one] = two;
  };
  return {
    best,
    rival,
    nearest,
    see: (one: number, two: number, score: number): void => {
      seeOne(one, two, score);
      seeOne(two, one, score);
    },
  };
}

export function isSamePerson(labels: Int32Array, one: number, two: number): boolean {
  const label = labels[one] ?? -1;
  return label >= 0 && label === labels[two];
}

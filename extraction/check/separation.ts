import { countBelow, countUpTo, highestRefused, type Pairs } from '../../domain/networks/pairs.ts';
import type { Separation } from '../../domain/networks/report.ts';
import { cosineOf, type Labelled } from '../rank1.ts';

/** Every two samples once. */
export function pairsOf(samples: readonly Labelled[]): Pairs {
  const same: number[] = [];
  const other: number[] = [];
  for (const [place, one] of samples.entries()) {
    for (const two of samples.slice(0, place)) put(one, two, same, other);
  }
  return sorted(same, other);
}

/** Every sample of the one with every of the other. */
export function pairsBetween(gallery: readonly Labelled[], probes: readonly Labelled[]): Pairs {
  const same: number[] = [];
  const other: number[] = [];
  for (const one of gallery) for (const two of probes) put(one, two, same, other);
  return sorted(same, other);
}

function put(one: Labelled, two: Labelled, same: number[], other: number[]): void {
  (one.identity === two.identity ? same : other).push(cosineOf(one.descriptor, two.descriptor));
}

const sorted = (same: readonly number[], other: readonly number[]): Pairs => ({
  same: Float64Array.from(same).sort(),
  other: Float64Array.from(other).sort(),
});

/** Null where one kind of pairs is missing. */
export function separationOf({ same, other }: Pairs): Separation | null {
  if (same.length === 0 || other.length === 0) return null;
  const [meanSame, meanOther] = [meanOf(same), meanOf(other)];
  const spread = Math.sqrt((varianceOf(same, meanSame) + varianceOf(other, meanOther)) / 2);
  return {
    meanSame,
    meanOther,
    dPrime: spread === 0 ? 0 : (meanSame - meanOther) / spread,
    eer: equalErrorRate({ same, other }),
    tarAtFar: { '0.01': tarAt({ same, other }, 0.01), '0.001': tarAt({ same, other }, 0.001) },
  };
}

/** A pair is accepted from a threshold on; between two thresholds the mean of the two rates. */
export function equalErrorRate({ same, other }: Pairs): number {
  let best = { gap: Infinity, rate: 1 };
  // The lowest threshold accepts all, and one above the highest accepts none.
  for (const threshold of [...same, ...other, Infinity]) {
    const refused = countBelow(same, threshold) / same.length;
    const accepted = 1 - countBelow(other, threshold) / other.length;
    const gap = Math.abs(refused - accepted);
    const rate = (refused + accepted) / 2;
    if (gap < best.gap || (gap === best.gap && rate < best.rate)) best = { gap, rate };
  }
  return best.rate;
}

/** A rate of one in a thousand shows only among a thousand pairs. */
export function tarAt({ same, other }: Pairs, far: number): number | null {
  if (other.length * far < 1) return null;
  return 1 - countUpTo(same, highestRefused(other, far)) / same.length;
}

export const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const varianceOf = (values: Float64Array, mean: number): number =>
  values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;

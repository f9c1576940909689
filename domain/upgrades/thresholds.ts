import { countBelow, countUpTo, highestRefused, type Pairs } from '../networks/pairs.ts';
import type { ThresholdRow } from './comparison.ts';

const rates = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6] as const;
/** A rate that hangs on fewer false matches, or on fewer pairs of one person, would be another one in the next sample. */
const fewest = 10;

/** For each false match rate that there are pairs enough for, the thresholds of both versions that have it. */
export function thresholdRows(from: Pairs, to: Pairs): ThresholdRow[] {
  return rates
    .filter((fmr) => Math.floor(from.other.length * fmr) >= fewest)
    .map((fmr) => {
      const [old, young] = [thresholdAt(from, fmr), thresholdAt(to, fmr)];
      return {
        fmr,
        falseMatches: Math.floor(from.other.length * fmr),
        from: old,
        to: young,
        fnmrIfKept: fnmrAt(to.same, old.threshold),
        fmrIfKept: (to.other.length - countBelow(to.other, old.threshold)) / to.other.length,
      };
    });
}

/** In the middle between the last score that must be refused and the first that may be accepted. */
function thresholdAt({ same, other }: Pairs, fmr: number): ThresholdRow['from'] {
  const refused = highestRefused(other, fmr);
  const accepted = other[countUpTo(other, refused)];
  const threshold = accepted === undefined ? refused + 1e-6 : (refused + accepted) / 2;
  return { threshold, fnmr: fnmrAt(same, threshold) };
}

const fnmrAt = (same: Float64Array, threshold: number): number | null =>
  same.length < fewest ? null : countBelow(same, threshold) / same.length;

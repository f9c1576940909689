import type { Pairs } from './pairs.ts';
import type { Histogram } from './report.ts';

const steps = [0.005, 0.01, 0.02, 0.05, 0.1] as const;
const bins = { least: 10, most: 30 };

/** Bins on round numbers between the lowest cosine and 1. */
export function histogramOf({ same, other }: Pairs): Histogram {
  const lowest = Math.min(same[0] ?? 1, other[0] ?? 1);
  const step = steps.find((one) => binsFrom(lowest, one) <= bins.most) ?? 0.1;
  const count = Math.max(bins.least, binsFrom(lowest, step));
  const share = (values: Float64Array): number[] => {
    const counts = new Array<number>(count).fill(0);
    for (const value of values) {
      // By rounding, a cosine may lie a little beyond either end.
      const bin = Math.min(count - 1, Math.max(0, count - binsFrom(value, step)));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts.map((one) => (values.length === 0 ? 0 : one / values.length));
  };
  return { from: 1 - count * step, to: 1, same: share(same), other: share(other) };
}

/** From a bin's lower edge on a cosine lies in it: 0.9 lies in the one that begins there. */
const binsFrom = (cosine: number, step: number): number => Math.max(1, Math.ceil((1 - cosine) / step - 1e-9));

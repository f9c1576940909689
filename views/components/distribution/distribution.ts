import type { Histogram } from '../../../domain/networks/report.ts';

/** Two distributions of cosines over each other: pairs of one person, and of two people. */
export interface Distribution {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** In the order in which they are drawn. */
  readonly kinds: readonly {
    readonly name: string;
    readonly tone: 'active' | 'waiting';
    readonly bars: readonly Bar[];
  }[];
  /** What each bin says to whoever points at it. */
  readonly columns: readonly { readonly x: string; readonly width: string; readonly title: string }[];
  /** The highest share, and the cosines where it begins, of its middle and where it ends. */
  readonly top: string;
  readonly cosines: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface Bar {
  readonly x: string;
  readonly y: string;
  readonly width: string;
  readonly height: string;
}

const size = { width: 600, height: 160 };

export function distribution({ from, to, same, other }: Histogram): Distribution {
  const highest = Math.max(...same, ...other);
  const step = (to - from) / same.length;
  const wide = size.width / same.length;
  const digits = step < 0.01 ? 3 : 2;
  const begin = (bin: number): string => cosine(from + bin * step, digits);
  const bars = (shares: readonly number[]): Bar[] =>
    shares.flatMap((share, bin) => {
      if (share === 0) return [];
      // What there is at all is seen.
      const height = Math.max(1, (share / highest) * size.height);
      return [
        {
          x: (bin * wide + 0.5).toFixed(1),
          y: (size.height - height).toFixed(1),
          width: (wide - 1).toFixed(1),
          height: height.toFixed(1),
        },
      ];
    });
  const known = [
    { name: 'other people', of: 'two people', tone: 'waiting', shares: other },
    { name: 'the same person', of: 'one person', tone: 'active', shares: same },
  ] as const;
  // Where nobody is known, there are no pairs of one person.
  const kinds = known.filter(({ shares }) => shares.some((share) => share > 0));
  const lies = kinds.map(({ of, shares }) => `pairs of ${of} lie mostly at ${at(shares, begin)}`);
  const bins = same.map((share, bin) => ({
    range: `${begin(bin)} to ${begin(bin + 1)}`,
    other: percent(other[bin] ?? 0),
    same: percent(share),
  }));
  return {
    label: `Distribution of cosines from ${begin(0)} to ${begin(same.length)}: ${lies.join(', ')}`,
    ...size,
    kinds: kinds.map(({ name, tone, shares }) => ({ name, tone, bars: bars(shares) })),
    columns: bins.map((bin, place) => ({
      x: (place * wide).toFixed(1),
      width: wide.toFixed(1),
      title: `${bin.range}\nother people ${bin.other}\nthe same person ${bin.same}`,
    })),
    top: percent(highest),
    cosines: [from, (from + to) / 2, to].map((value) => cosine(value, digits)),
    rows: bins.map((bin) => [bin.range, bin.other, bin.same]),
  };
}

const at = (shares: readonly number[], begin: (bin: number) => string): string =>
  begin(shares.indexOf(Math.max(...shares)));

/** 0 is not to be shown as −0.00. */
const cosine = (value: number, digits: number): string =>
  value
    .toFixed(digits)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '');

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

import type { Histogram } from '../../domain/networks/report.ts';

const longest = 30;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Two distributions side by side: a line for each bin, bars in eighths of a character. */
export function histogramLines({ from, to, same, other }: Histogram): string[] {
  const highest = Math.max(...same, ...other);
  const step = (to - from) / same.length;
  const label = (bin: number): string => {
    // 0 is not to be shown as -0.00.
    const start = Math.round((from + bin * step) * 1_000) / 1_000 || 0;
    return start.toFixed(step < 0.01 ? 3 : 2).padStart(7);
  };
  return [
    `${'cosine'.padStart(7)}  ${'other people'.padEnd(longest)}  the same person`,
    ...same.map((share, bin) =>
      `${label(bin)}  ${bar((other[bin] ?? 0) / highest).padEnd(longest)}  ${bar(share / highest)}`.trimEnd(),
    ),
  ];
}

/** What there is at all is seen. */
function bar(part: number): string {
  const units = part === 0 ? 0 : Math.max(1, Math.round(part * longest * 8));
  return '█'.repeat(Math.floor(units / 8)) + (eighths[units % 8] ?? '');
}

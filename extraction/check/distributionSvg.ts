import type { Histogram } from '../../domain/networks/report.ts';

const size = { width: 720, height: 400, left: 56, right: 16, top: 64, bottom: 52 };
const plot = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
};

/** The two distributions of cosines as a picture that stands alone, for a light page and a dark one. */
export function distributionSvg({ from, to, same, other }: Histogram, title: string): string {
  const highest = Math.max(...same, ...other);
  const x = (cosine: number): number => size.left + ((cosine - from) / (to - from)) * plot.width;
  const y = (share: number): number => size.top + plot.height * (1 - share / highest);
  const step = plot.width / same.length;
  const bars = (shares: readonly number[], name: string): string =>
    shares
      .map((share, bin) => ({ share, left: size.left + bin * step }))
      .filter(({ share }) => share > 0)
      .map(
        ({ share, left }) =>
          `<rect class="${name}" x="${round(left + 0.5)}" y="${round(y(share))}" width="${round(step - 1)}" height="${round(y(0) - y(share))}"/>`,
      )
      .join('\n');
  const ticks = ticksOf(from, to).map(
    (cosine) =>
      `<line class="axis" x1="${round(x(cosine))}" y1="${y(0)}" x2="${round(x(cosine))}" y2="${y(0) + 5}"/><text x="${round(x(cosine))}" y="${y(0) + 20}" text-anchor="middle">${minus(cosine.toFixed(2))}</text>`,
  );
  const grid = [0.25, 0.5, 0.75, 1].map((part) => {
    const share = part * highest;
    return `<line class="grid" x1="${size.left}" y1="${round(y(share))}" x2="${size.width - size.right}" y2="${round(y(share))}"/><text x="${size.left - 6}" y="${round(y(share) + 4)}" text-anchor="end">${percent(share)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escape(title)}">
<style>
svg { background: #fff; font: 12px system-ui, sans-serif; }
text { fill: #333; }
.axis { stroke: #666; }
.grid { stroke: #ddd; }
.same { fill: #1b7f4d; fill-opacity: .7; }
.other { fill: #c2571a; fill-opacity: .7; }
@media (prefers-color-scheme: dark) {
svg { background: #16181c; }
text { fill: #ddd; }
.axis { stroke: #999; }
.grid { stroke: #333; }
.same { fill: #4cc38a; }
.other { fill: #f0995c; }
}
</style>
<text x="${size.left}" y="24" font-size="15">${escape(title)}</text>
<rect class="other" x="${size.left}" y="36" width="12" height="12"/><text x="${size.left + 18}" y="46">other people</text>
<rect class="same" x="${size.left + 120}" y="36" width="12" height="12"/><text x="${size.left + 138}" y="46">the same person</text>
${grid.join('\n')}
${bars(other, 'other')}
${bars(same, 'same')}
<line class="axis" x1="${size.left}" y1="${y(0)}" x2="${size.width - size.right}" y2="${y(0)}"/>
${ticks.join('\n')}
<text x="${size.left + plot.width / 2}" y="${size.height - 12}" text-anchor="middle">cosine of two samples; bars are shares of the pairs of their kind</text>
</svg>
`;
}

/** Ten at most, on round numbers. */
function ticksOf(from: number, to: number): number[] {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((one) => (to - from) / one <= 10) ?? 1;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step);
}

const round = (value: number): number => Math.round(value * 100) / 100;
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const minus = (text: string): string => text.replace(/^-(?=.*[1-9])/, '−').replace(/^-/, '');
const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

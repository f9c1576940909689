import { formatCount, formatRate } from '../../assets/words.js';

export interface ChartInput {
  readonly id: string;
  readonly label: string;
  /** Seconds since 1970, ascending; a value is of the time since the one before. */
  readonly times: readonly number[];
  readonly series: readonly {
    readonly name: string;
    readonly tone: ChartTone;
    readonly values: readonly number[];
  }[];
  readonly unit: 'rate' | 'count';
  /** Said where there is no line to draw. */
  readonly empty: string;
}

export type ChartTone = 'accent' | 'soft' | 'bad' | 'wait' | 'good';

/** Lines over time: drawn by the server, and again by uPlot where scripts run, which tells the values under the pointer. */
export interface Chart {
  readonly id: string;
  readonly label: string;
  readonly lines: readonly { readonly name: string; readonly tone: ChartTone; readonly points: string }[];
  readonly top: string;
  readonly from: string;
  readonly to: string;
  /** For the script. */
  readonly data: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Said instead of a chart. */
  readonly empty: string | null;
}

const width = 600;
const height = 120;
const rowsAtMost = 30;

export function chart({ id, label, times, series, unit, empty }: ChartInput): Chart {
  const words = unit === 'rate' ? formatRate : formatCount;
  const first = times[0] ?? 0;
  const span = Math.max(1, (times.at(-1) ?? 0) - first);
  const most = Math.max(0, ...series.flatMap(({ values }) => values));
  const left = (time: number) => (((time - first) / span) * width).toFixed(1);
  const steps = (value: number, index: number) => {
    const top = (height - (most === 0 ? 0 : value / most) * height).toFixed(1);
    const end = times[index] ?? first;
    return [times[index - 1] ?? end, end].map((time) => `${left(time)},${top}`).join(' ');
  };
  const step = Math.max(1, Math.ceil(times.length / rowsAtMost));
  const isEmpty = times.length < 2 || most === 0;
  return {
    id,
    label,
    lines: series.map(({ name, tone, values }) => ({ name, tone, points: values.map(steps).join(' ') })),
    top: words(most),
    from: isEmpty ? '' : clock(first, span),
    to: isEmpty ? '' : clock(first + span, span),
    data: JSON.stringify({ times, unit, series }),
    head: ['Time', ...series.map(({ name }) => name)],
    rows: times
      .map((time, index) => [clock(time, span), ...series.map(({ values }) => words(values[index] ?? 0))])
      .filter((_, index) => (times.length - 1 - index) % step === 0)
      .reverse(),
    empty: isEmpty ? empty : null,
  };
}

/** The time of day in UTC; with the day where it takes longer than one, with seconds where it is short. */
function clock(seconds: number, span: number): string {
  const iso = new Date(seconds * 1_000).toISOString();
  if (span > 86_400) return iso.slice(5, 16).replace('T', ' ');
  return span < 1_800 ? iso.slice(11, 19) : iso.slice(11, 16);
}

import { formatCount, formatRate } from '../../assets/words.js';

export interface ChartInput {
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

export type ChartTone = 'active' | 'neutral' | 'bad' | 'waiting';

/** Lines over time. */
export interface Chart {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly {
    readonly name: string;
    readonly tone: ChartTone;
    readonly points: string;
    readonly newest: string;
  }[];
  /** Side by side over the whole width: what the lines say there. */
  readonly columns: readonly { readonly x: string; readonly width: string; readonly title: string }[];
  readonly top: string;
  /** Where it begins, its middle and where it ends. */
  readonly times: readonly string[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Said instead of a chart. */
  readonly empty: string | null;
}

const width = 600;
const height = 120;
const rowsAtMost = 30;
// A column is then wide enough to be pointed at; of more moments each tells some together, with the last one's values.
const columnsAtMost = 150;

export function chart({ label, times, series, unit, empty }: ChartInput): Chart {
  const words = unit === 'rate' ? formatRate : formatCount;
  const first = times[0] ?? 0;
  const span = Math.max(1, (times.at(-1) ?? 0) - first);
  const most = Math.max(0, ...series.flatMap(({ values }) => values));
  const left = (time: number) => ((time - first) / span) * width;
  const steps = (value: number, index: number) => {
    const top = (height - (most === 0 ? 0 : value / most) * height).toFixed(1);
    const end = times[index] ?? first;
    return [times[index - 1] ?? end, end].map((time) => `${left(time).toFixed(1)},${top}`).join(' ');
  };
  const moments = times.map((time, index) => ({
    time,
    clock: clock(time, span),
    values: series.map(({ values }) => words(values[index] ?? 0)),
  }));
  const columns = some(moments, columnsAtMost);
  return {
    ...{ label, width, height },
    lines: series.map(({ name, tone, values }) => ({
      ...{ name, tone },
      points: values.map(steps).join(' '),
      newest: words(values.at(-1) ?? 0),
    })),
    columns: columns.slice(1).map(({ time, clock: end, values }, index) => {
      const begin = left(columns[index]?.time ?? first);
      return {
        x: begin.toFixed(1),
        width: (left(time) - begin).toFixed(1),
        title: [end, ...values.map((value, at) => `${series[at]?.name ?? ''} ${value}`)].join('\n'),
      };
    }),
    top: words(most),
    times: [first, first + span / 2, first + span].map((time) => clock(time, span)),
    head: ['Time', ...series.map(({ name }) => name)],
    rows: some(moments, rowsAtMost)
      .map((moment) => [moment.clock, ...moment.values])
      .reverse(),
    empty: times.length < 2 || most === 0 ? empty : null,
  };
}

/** At equal distances, with the last. */
function some<Item>(all: readonly Item[], atMost: number): Item[] {
  const step = Math.max(1, Math.ceil(all.length / atMost));
  return all.filter((_, index) => (all.length - 1 - index) % step === 0);
}

/** The time of day in UTC; with the day where it takes longer than one, with seconds where it is short. */
function clock(seconds: number, span: number): string {
  const iso = new Date(seconds * 1_000).toISOString();
  if (span > 86_400) return iso.slice(5, 16).replace('T', ' ');
  return span < 1_800 ? iso.slice(11, 19) : iso.slice(11, 16);
}

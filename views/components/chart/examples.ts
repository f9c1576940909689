import type { Example } from '../../examples/example.ts';
import { chart, type Chart } from './chart.ts';

const start = Date.UTC(2026, 0, 31, 10) / 1_000;
const times = Array.from({ length: 40 }, (_, index) => start + index * 60);
const wave = (height: number, length: number) =>
  times.map((_, index) => height * (1.2 + Math.sin(index / length)));

export const examples: readonly Example<Chart>[] = [
  {
    name: 'Two lines',
    input: chart({
      ...{ label: 'Objects per second', unit: 'rate', empty: '', times },
      series: [
        { name: 'Additional extract', tone: 'active', values: wave(80, 5) },
        { name: 'Garbage collection', tone: 'waiting', values: wave(40, 9) },
      ],
    }),
  },
  {
    name: 'Nothing to draw',
    input: chart({
      ...{ label: 'Errors', unit: 'count', empty: 'No errors.', times },
      series: [],
    }),
  },
];

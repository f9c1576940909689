import type { Example } from '../../examples/example.ts';
import { partStrip, type PartCellShape, type PartStrip } from './partStrip.ts';

type State = 'done' | 'running' | 'waiting' | 'failed' | 'cancelled';

function cell(part: number, state: State, facts: Partial<PartCellShape> = {}): PartCellShape {
  const counts = { done: 0, running: 0, waiting: 0, failed: 0, cancelled: 0, [state]: 1 };
  return {
    ...counts,
    ...{ firstPart: part, lastPart: part, expected: 2_000, handled: state === 'done' ? 2_000 : 0 },
    ...{ objectsFailed: 0, attempt: 1, cursor: null, ...facts },
  };
}

const running: readonly State[] = [
  'done',
  'done',
  'done',
  'failed',
  'running',
  'running',
  'waiting',
  'waiting',
];

const ended = [
  cell(1, 'done', { expected: 10_000, handled: 10_000, objectsFailed: 2_500 }),
  cell(2, 'waiting', { expected: 50_000, handled: 17_500 }),
];

export const examples: readonly Example<PartStrip>[] = [
  { name: 'A task that runs', input: partStrip(running.map((state, index) => cell(index + 1, state))) },
  {
    name: 'Subtasks of different size, one with errors, one that has begun and waits',
    input: partStrip(ended),
  },
  { name: 'Cancelled', input: partStrip([cell(1, 'done'), cell(2, 'cancelled'), cell(3, 'cancelled')]) },
];

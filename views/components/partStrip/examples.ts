import type { Example } from '../../examples/example.ts';
import { partStrip, type PartCellShape, type PartStrip } from './partStrip.ts';

type State = 'done' | 'running' | 'waiting' | 'failed' | 'cancelled';

function cell(part: number, state: State): PartCellShape {
  const counts = { done: 0, running: 0, waiting: 0, failed: 0, cancelled: 0, [state]: 1 };
  return {
    ...counts,
    ...{ firstPart: part, lastPart: part, expected: 2_000, handled: state === 'done' ? 2_000 : 0 },
    ...{ objectsFailed: 0, attempt: 1, cursor: null },
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

export const examples: readonly Example<PartStrip>[] = [
  { name: 'A task that runs', input: partStrip(running.map((state, index) => cell(index + 1, state))) },
  { name: 'Cancelled', input: partStrip([cell(1, 'done'), cell(2, 'cancelled'), cell(3, 'cancelled')]) },
];

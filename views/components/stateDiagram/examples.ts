import type { Example } from '../../examples/example.ts';
import { stateDiagram, type StateDiagram } from './stateDiagram.ts';

export const examples: readonly Example<StateDiagram>[] = [
  { name: 'Running', input: stateDiagram('running') },
  { name: 'Cancelled', input: stateDiagram('cancelled') },
];

import type { Example } from '../../examples/example.ts';
import { stateDiagram, type StateDiagram } from './stateDiagram.ts';

const plain = { objectsFailed: 0, visited: [] };

export const examples: readonly Example<StateDiagram>[] = [
  { name: 'Running', input: stateDiagram({ ...plain, state: 'running' }) },
  {
    name: 'Paused while it ran',
    input: stateDiagram({ ...plain, state: 'paused', visited: ['planning', 'running', 'pausing'] }),
  },
  { name: 'Done', input: stateDiagram({ ...plain, state: 'done' }) },
];

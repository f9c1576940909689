import type { Example } from '../../examples/example.ts';
import type { Flash } from './flash.ts';

export const examples: readonly Example<Flash>[] = [
  { name: 'Done', input: { tone: 'good', text: 'Schedule 7 was changed.' } },
  { name: 'Refused', input: { tone: 'bad', text: 'The last administrator has to stay.' } },
];

import type { Example } from '../../examples/example.ts';
import type { HealthItem } from './health.ts';

export const examples: readonly Example<readonly HealthItem[]>[] = [
  {
    name: 'One of each tone',
    input: [
      { name: 'Database', text: 'answers', tone: 'good' },
      { name: 'Messages', text: '12 overdue', tone: 'waiting' },
      { name: 'Temporal', text: 'no answer in 2000 ms', tone: 'bad' },
    ],
  },
];

import type { Example } from '../../examples/example.ts';
import { changes, type Changes } from './changes.ts';

export const examples: readonly Example<Changes>[] = [
  {
    name: 'Changed, added and taken away',
    input: changes({ cron: '0 3 * * *', rate: 50 }, { cron: '0 4 * * *', zone: 'UTC' }),
  },
  { name: 'More than a glance can take', input: changes(null, { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }) },
];

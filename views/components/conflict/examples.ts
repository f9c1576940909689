import type { Example } from '../../examples/example.ts';
import { changes } from '../changes/changes.ts';
import { time } from '../time/time.ts';
import type { Conflict } from './conflict.ts';

export const examples: readonly Example<Conflict>[] = [
  {
    name: 'Another administrator was first',
    input: {
      thing: 'account',
      acts: [
        {
          action: 'Changed',
          who: 'colleague@example.com',
          time: time('2026-03-02T01:40:57.000Z'),
          changes: changes({ description: 'Berlin' }, { description: 'Hamburg' }),
        },
      ],
      href: '#conflict',
    },
  },
];

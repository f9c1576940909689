import type { Example } from '../../examples/example.ts';
import type { EmptyState } from './emptyState.ts';

export const examples: readonly Example<EmptyState>[] = [
  {
    name: 'With a way on',
    input: {
      title: 'No error matches',
      text: 'No failed object matches all of these conditions.',
      action: { text: 'Show all errors', href: '#emptyState' },
    },
  },
  {
    name: 'There is nothing to do',
    input: { title: 'No error', text: 'No object of any task has failed.', action: null },
  },
];

import type { Example } from '../../examples/example.ts';
import type { EmptyState } from './emptyState.ts';

export const examples: readonly Example<EmptyState>[] = [
  {
    name: 'With a way on',
    input: {
      title: 'No error matches',
      text: 'Nothing that failed fulfils all of these conditions.',
      action: { text: 'Show all errors', href: '#emptyState' },
    },
  },
  {
    name: 'There is nothing to do',
    input: { title: 'No error', text: 'No task has failed with any of its objects.', action: null },
  },
];

import type { Example } from '../../examples/example.ts';
import type { SearchBox } from './searchBox.ts';

export const examples: readonly Example<SearchBox>[] = [
  { name: 'With what was typed', input: { label: 'Search for an account', action: '', value: 'north' } },
];

import type { Example } from '../../examples/example.ts';
import type { CopyId } from './copyId.ts';

export const examples: readonly Example<CopyId>[] = [
  { name: 'Of an account', input: { name: 'account id', value: '557d54ec-29ad-4f3c-93b4-c9092ef12515' } },
];

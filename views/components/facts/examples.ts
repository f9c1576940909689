import type { Example } from '../../examples/example.ts';
import { codeFact, fact, idFact, linkFact, type Fact } from './facts.ts';

export const examples: readonly Example<readonly Fact[]>[] = [
  {
    name: 'Words, a machine’s word, an id to be copied, an id with a page',
    input: [
      fact('Type', 'Administrator'),
      codeFact('External ids', 'gate 1, gate 2'),
      idFact('Id', '557d54ec-29ad-4f3c-93b4-c9092ef12515'),
      linkFact('List', '01900000-0000-7000-8000-000000000017', '#facts'),
    ],
  },
];

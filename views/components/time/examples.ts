import type { Example } from '../../examples/example.ts';
import { time, type Time } from './time.ts';

export const examples: readonly Example<Time | null>[] = [
  { name: 'A moment', input: time('2026-03-02T01:30:00.000Z') },
  { name: 'How long ago', input: time(new Date(Date.now() - 200_000).toISOString()), option: true },
  { name: 'Not yet', input: null },
];

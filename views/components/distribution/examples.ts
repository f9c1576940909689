import type { Example } from '../../examples/example.ts';
import { distribution, type Distribution } from './distribution.ts';

const bell = (middle: number, spread: number): number[] => {
  const heights = Array.from({ length: 20 }, (_, bin) => Math.exp(-(((bin - middle) / spread) ** 2)));
  const sum = heights.reduce((total, height) => total + height, 0);
  return heights.map((height) => (height / sum < 0.001 ? 0 : height / sum));
};

export const examples: readonly Example<Distribution>[] = [
  {
    name: 'People who are told apart',
    input: distribution({ from: 0, to: 1, other: bell(3, 2.5), same: bell(14, 3) }),
  },
  {
    name: 'Nobody is known twice',
    input: distribution({ from: 0, to: 1, other: bell(6, 3), same: bell(6, 3).fill(0) }),
  },
  {
    name: 'Everybody looks alike',
    input: distribution({ from: 0.95, to: 1, other: bell(18, 2), same: bell(19, 1) }),
  },
];

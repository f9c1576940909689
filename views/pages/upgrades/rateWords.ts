import { formatCount } from '../../assets/words.js';

/** A small share, as people say it: 0.001 is 1 in 1,000. */
export function oneIn(rate: number): string {
  if (rate <= 0) return 'none';
  if (rate >= 0.995) return 'all';
  if (rate > 0.3) return `${Math.round(rate * 100)} in 100`;
  const whole = 1 / rate;
  const rounded = whole < 10 ? Math.round(whole * 10) / 10 : Number(whole.toPrecision(2));
  return `1 in ${formatCount(rounded)}`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

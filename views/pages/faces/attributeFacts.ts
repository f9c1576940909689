import { fact, type Fact } from '../../components/facts/facts.ts';

/** What a network told of a face: numbers, and likelihoods by name. */
export function attributeFacts(attributes: object): Fact[] {
  return Object.entries(attributes).map(([name, value]: [string, unknown]) =>
    fact(name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' '), wordsOf(value)),
  );
}

function wordsOf(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 100) / 100);
  if (typeof value !== 'object' || value === null) return String(value);
  const parts: [string, unknown][] = Object.entries(value);
  // The likeliest first.
  parts.sort(([, one], [, other]) => Number(other) - Number(one) || 0);
  return parts.map(([name, part]) => `${name.replaceAll('_', ' ')} ${wordsOf(part)}`).join(', ');
}

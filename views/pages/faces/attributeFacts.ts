import { fact, type Fact } from '../../components/facts/facts.ts';

/** What a network told of a face; more than it could know is not said. */
export function attributeFacts(attributes: object): Fact[] {
  return Object.entries(attributes).map(([name, value]: [string, unknown]) =>
    fact(name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' '), wordsOf(name, value)),
  );
}

function wordsOf(name: string, value: unknown): string {
  if (name === 'age' && typeof value === 'number') return String(Math.round(value));
  // The likelihood of male.
  if (name === 'gender' && typeof value === 'number')
    return value < 0.5 ? `female ${percent(1 - value)}` : `male ${percent(value)}`;
  if (typeof value === 'object' && value !== null) return likeliest(value);
  return String(value);
}

/** Likelihoods by name, the highest first; what rounds to none is left out. */
function likeliest(likelihoods: object): string {
  return Object.entries(likelihoods)
    .map(([name, part]: [string, unknown]): [string, number] => [name, Number(part)])
    .filter(([, part]) => Math.round(part * 100) > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([name, part]) => `${name.replaceAll('_', ' ')} ${percent(part)}`)
    .join(', ');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

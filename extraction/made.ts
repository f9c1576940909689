import { DomainError } from '../domain/errors.ts';
import type { BasicAttributes } from '../domain/extract/extraction.ts';
import type { NetworkEntry } from './catalogue/schema.ts';
import type { Made, MadeOrFault } from './extractor.ts';
import { nothingToDescribe, toUnitLength } from './unitLength.ts';

/**
 * What an entry makes of one sample's outputs; `valuesOf` knows them by the words of the entry: descriptor, age, …
 * @throws DomainError sampleUnreadable when they say nothing
 */
export function toMade(
  { outputs }: Pick<NetworkEntry, 'outputs'>,
  valuesOf: (part: string) => Float32Array,
): Made {
  return 'descriptor' in outputs
    ? { descriptor: toUnitLength(withLength(valuesOf('descriptor'), outputs.descriptor.length)) }
    : { attributes: toAttributes(valuesOf, outputs.emotions?.labels ?? []) };
}

/** What is wrong with a sample alone stands in its place. */
export function orFault(make: () => Made): MadeOrFault {
  try {
    return make();
  } catch (error) {
    if (error instanceof DomainError) return { fault: error.detail };
    throw error;
  }
}

function withLength(vector: Float32Array, length: number): Float32Array {
  if (vector.length === length) return vector;
  throw new Error(`the network gives ${vector.length} numbers for a sample, not ${length}`);
}

function toAttributes(valuesOf: (part: string) => Float32Array, labels: readonly string[]): BasicAttributes {
  const [age] = valuesOf('age');
  const [gender] = valuesOf('gender');
  const emotions = valuesOf('emotions');
  const all = [age, gender, ...emotions];
  if (!all.every((value) => value !== undefined && Number.isFinite(value))) throw nothingToDescribe();
  return {
    age: round(age),
    gender: round(gender),
    ...(labels.length === 0
      ? {}
      : { emotions: Object.fromEntries(labels.map((label, place) => [label, round(emotions[place])])) }),
  };
}

const round = (value = 0): number => Math.round(value * 1_000) / 1_000;

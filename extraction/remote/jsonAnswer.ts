import type { BasicAttributes } from '../../domain/extract/extraction.ts';
import type { Made, Wanted } from '../extractor.ts';
import { RemoteTrouble } from './trouble.ts';

/** What a remote extractor's JSON says; the descriptor is of any length but zero. Throws RemoteTrouble. */
export function readAnswer(body: unknown, wanted: Wanted, dimension: number | null): Made {
  const { descriptor, attributes } = asRecord(body, 'its answer');
  return {
    ...(wanted === 'attributes' ? {} : { descriptor: toVector(descriptor, dimension) }),
    ...(wanted === 'descriptor' ? {} : { attributes: toAttributes(attributes) }),
  };
}

function toVector(given: unknown, dimension: number | null): Float32Array {
  if (!Array.isArray(given)) throw new RemoteTrouble('its answer has no descriptor');
  if (given.length !== dimension) {
    throw new RemoteTrouble(`its descriptor has ${given.length} numbers instead of ${dimension}`);
  }
  const vector = Float32Array.from(given as number[]);
  // A null would have become 0, and what does not fit into 32 bits infinite.
  if (!given.every((value) => typeof value === 'number') || !vector.every(Number.isFinite)) {
    throw new RemoteTrouble('its descriptor has NaN or infinite numbers');
  }
  return vector;
}

function toAttributes(given: unknown): BasicAttributes {
  const { age, gender, emotions } = asRecord(given, 'attributes');
  if (!isBetween(age, 200) || !isBetween(gender, 1)) {
    throw new RemoteTrouble('its attributes lack an age in years or a gender from 0 to 1');
  }
  if (emotions === undefined) return { age, gender };
  const shares = Object.entries(asRecord(emotions, 'emotions'));
  if (!shares.every(([, share]) => isBetween(share, 1))) {
    throw new RemoteTrouble('its emotions are not numbers from 0 to 1');
  }
  return { age, gender, emotions: Object.fromEntries(shares) as Record<string, number> };
}

function isBetween(value: unknown, most: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new RemoteTrouble(`${what}: an object is expected`);
}

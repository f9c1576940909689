import { DomainError } from '../domain/errors.ts';

/** Scales a vector to Euclidean length 1. Zeros and what is not a number are the image's fault: no descriptor. */
export function toUnitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  if (!Number.isFinite(length) || length === 0) {
    throw new DomainError('sampleUnreadable', 'the network finds nothing to describe in the image');
  }
  return vector.map((value) => value / length);
}

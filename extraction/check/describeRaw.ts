import { DomainError } from '../../domain/errors.ts';
import { toUnitLength } from '../unitLength.ts';
import { outputsOf, type RawOutputs } from './outputFaults.ts';
import type { Probe } from './probe.ts';

/** The network's own outputs for each image, a batch at a time. */
export async function outputsFor(
  probe: Probe,
  images: readonly Uint8Array[],
  batch: number,
  onDone: (samples: number) => void = () => undefined,
): Promise<(RawOutputs | null)[]> {
  const outputs: (RawOutputs | null)[] = [];
  for (let from = 0; from < images.length; from += batch) {
    const some = images.slice(from, from + batch);
    outputs.push(...outputsOf((await probe.run(some)).made));
    onDone(some.length);
  }
  return outputs;
}

/** As a descriptor is stored; null where there is none: zeros, or what is no number. */
export function toDescriptor(outputs: RawOutputs | null): Float32Array | null {
  try {
    return toUnitLength(outputs?.['descriptor'] ?? new Float32Array());
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

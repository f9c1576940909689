import type { Unusable } from './comparison.ts';

/** Descriptors of the same length one after the other, each scaled to 1. */
export interface DescriptorRows {
  readonly length: number;
  readonly values: Float32Array;
}

type Fault = keyof Unusable;

/** The length that most of them have, the shorter of two that are equally frequent; null without any. */
export function usualLength(descriptors: readonly Float32Array[]): number | null {
  const counts = new Map<number, number>();
  for (const { length } of descriptors) if (length > 0) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [first] = [...counts].sort(([one, n], [other, m]) => m - n || one - other);
  return first?.[0] ?? null;
}

/** Why a descriptor cannot be compared; null: it can. */
export function faultOf(descriptor: Float32Array, length: number | null): Fault | null {
  if (descriptor.length !== length) return 'wrongLength';
  const norm = normOf(descriptor);
  if (!Number.isFinite(norm)) return 'notNumbers';
  return norm === 0 ? 'zeros' : null;
}

export function countFaults(faults: readonly (Fault | null)[]): Unusable {
  const count = (wanted: Fault): number => faults.filter((fault) => fault === wanted).length;
  return { wrongLength: count('wrongLength'), notNumbers: count('notNumbers'), zeros: count('zeros') };
}

export function toRows(descriptors: readonly Float32Array[], length: number): DescriptorRows {
  const values = new Float32Array(descriptors.length * length);
  for (const [row, descriptor] of descriptors.entries()) {
    const norm = normOf(descriptor);
    for (let place = 0; place < length; place++) {
      values[row * length + place] = (descriptor[place] ?? 0) / norm;
    }
  }
  return { length, values };
}

function normOf(descriptor: Float32Array): number {
  let squares = 0;
  for (const value of descriptor) squares += value * value;
  return Math.sqrt(squares);
}

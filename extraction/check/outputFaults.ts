import type { NetworkEntry } from '../catalogue/schema.ts';
import { outputLengths } from '../catalogue/tensors.ts';
import type { Answer } from '../pool/protocol.ts';

export type RawOutputs = Readonly<Record<string, Float32Array>>;

/** What a probe made of each image; null where the image could not be read. */
export const outputsOf = (made: readonly Answer[]): (RawOutputs | null)[] =>
  made.map((answer) => (answer !== 'unread' && 'outputs' in answer ? (answer.outputs ?? null) : null));

/** Lengths that a file may leave open until it is run. */
export function lengthFaults(network: Pick<NetworkEntry, 'outputs'>, outputs: RawOutputs): string[] {
  return Object.entries(outputLengths(network)).flatMap(([part, expected]) => {
    const length = outputs[part]?.length ?? 0;
    return length === expected ? [] : [`${part} has ${length} numbers for a sample, not ${expected}`];
  });
}

export const isNumbers = (outputs: RawOutputs): boolean =>
  Object.values(outputs).every((values) => values.every((value) => Number.isFinite(value)));

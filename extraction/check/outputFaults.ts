import type { Network } from '../catalogue/network.ts';
import type { Answer } from '../pool/protocol.ts';

export type RawOutputs = Readonly<Record<string, Float32Array>>;

/** What a probe made of each image; null where the image could not be read. */
export const outputsOf = (made: readonly Answer[]): (RawOutputs | null)[] =>
  made.map((answer) => (answer !== 'unread' && 'outputs' in answer ? (answer.outputs ?? null) : null));

/** Numbers that a sample's outputs have, by their parts. */
export function lengthsOf({ outputs }: Pick<Network, 'outputs'>): Record<string, number> {
  if ('descriptor' in outputs) return { descriptor: outputs.descriptor.length };
  const { emotions } = outputs;
  return { age: 1, gender: 1, ...(emotions === undefined ? {} : { emotions: emotions.labels.length }) };
}

/** Lengths that a file may leave open until it is run. */
export function lengthFaults(network: Pick<Network, 'outputs'>, outputs: RawOutputs): string[] {
  return Object.entries(lengthsOf(network)).flatMap(([part, expected]) => {
    const length = outputs[part]?.length ?? 0;
    return length === expected ? [] : [`${part} has ${length} numbers for a sample, not ${expected}`];
  });
}

export const isNumbers = (outputs: RawOutputs): boolean =>
  Object.values(outputs).every((values) => values.every((value) => Number.isFinite(value)));

import type { BasicAttributes } from '../domain/extract/extraction.ts';
import type { SampleKind } from './pictures/storedSample.ts';

/** What a network can make of a sample; without the descriptor, attributes are cheaper. */
export type Wanted = 'descriptor' | 'attributes' | 'both';

/** What was made: as much as was wanted. */
export interface Made {
  /** Of Euclidean length 1. */
  readonly descriptor?: Float32Array;
  readonly attributes?: BasicAttributes;
  /** What the network would be fed with, for one that runs elsewhere. */
  readonly input?: TensorData;
  /** What the network itself says, by the parts of its entry: of any length, and with whatever is no number. */
  readonly outputs?: Readonly<Record<string, Float32Array>>;
}

/** Values of pictures as a network wants them, one picture after the other. */
export type TensorData = Float32Array | Uint8Array;

/** What was made of one sample, or what is wrong with it. */
export type MadeOrFault = Made | { readonly fault: string };

/** Which network is to make what of a kind of sample. */
export interface Wish {
  readonly version: number;
  readonly kind: SampleKind;
  readonly wanted: Wanted | `${'descriptor' | 'attributes'}${'Input' | 'Outputs'}`;
}

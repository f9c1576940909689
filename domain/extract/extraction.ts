import type { ErrorName } from '../errors.ts';

/** An object to extract, with the sample that it has now; without a sample the last three are null. */
export interface Candidate {
  readonly objectId: string;
  /** Whether there is anything to do: it is `gone`, or what the task makes is `present`. */
  readonly standing: 'lacking' | 'present' | 'gone';
  readonly sampleId: string | null;
  readonly generation: number | null;
  readonly storageKey: string | null;
}

/** The sample that something was made of, as it was then. */
interface OfSample {
  readonly objectId: string;
  readonly sampleId: string;
  readonly generation: number;
}

/** What a network made of an object's sample. */
export type Extracted = OfSample &
  (
    | { readonly kind: 'extracted'; readonly descriptor: Float32Array }
    | { readonly kind: 'attributed'; readonly attributes: BasicAttributes }
  );

export type ExtractOutcome =
  | Extracted
  | { readonly kind: 'failed'; readonly objectId: string; readonly error: ErrorName; readonly detail: string }
  | { readonly kind: 'present' | 'gone'; readonly objectId: string };

/** A part first walks its range, then, after a retry, the objects whose error is open. */
export type ExtractPhase = 'range' | 'errors';

/** How a batch of outcomes came out once it met the database. */
export interface ExtractCounts {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a network tells of the person on a face's sample; stored and shown in this shape. */
export interface BasicAttributes {
  /** Years. */
  readonly age: number;
  /** Probability of male, 0..1. */
  readonly gender: number;
  /** Probabilities, 0..1; absent when the network does not tell them. */
  readonly emotions?: Readonly<Record<string, number>>;
}

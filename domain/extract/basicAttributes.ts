/** What a network tells of the person on a face's sample; stored and shown in this shape. */
export interface BasicAttributes {
  /** Years. */
  readonly age: number;
  /** Probability of male, 0..1. */
  readonly gender: number;
  /** Probabilities, 0..1; absent when the network does not tell them. */
  readonly emotions?: Readonly<Record<string, number>>;
}

import type { MadeOrFault, TensorData } from '../extractor.ts';

/** A sample that a remote extractor is asked about. */
export interface RemoteRequest {
  readonly id: string;
  readonly bytes: () => Promise<Uint8Array>;
  /** Fires when nobody waits for the answer any more, or when the worker or the task is to stop at once. */
  readonly signal: AbortSignal;
}

export type RemoteAnswer =
  /** In the order of what was sent. */
  | { readonly kind: 'answered'; readonly made: readonly MadeOrFault[] }
  /** The server does not take what it was sent. */
  | { readonly kind: 'refused'; readonly detail: string };

/** How a server is spoken to. When, how often and whose fault a failure is, is not its business. */
export interface RemoteProtocol {
  /** Samples of one request at most, as far as is known. */
  readonly atOnce: () => number;
  /**
   * What is sent of a sample: its JPEG, or the values of a tensor.
   * @throws DomainError sampleUnreadable | sampleKillsExtractor
   */
  readonly prepare: (request: RemoteRequest) => Promise<TensorData>;
  /** One request. Rejects with RemoteTrouble, RemoteUnusable or the reason of `signal`. */
  readonly ask: (samples: readonly TensorData[], signal: AbortSignal) => Promise<RemoteAnswer>;
  /** Whether a refusal is always about the sample; otherwise it may be about how the server is set up. */
  readonly refusesSamples: boolean;
  /** Rejects with what keeps the server from being used. */
  readonly check: () => Promise<void>;
}

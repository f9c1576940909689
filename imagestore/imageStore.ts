import { DomainError } from '../domain/errors.ts';

/**
 * Where the bytes of samples live. Keys are made by the service: lower-case letters, digits and hyphens, at least four
 * characters. Each of them rejects with DomainError sampleStoreUnavailable while the store is away.
 */
export interface ImageStore {
  /** Durable when it resolves; replaces what is there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws DomainError sampleMissing when there is no such image, though the store is there */
  get(key: string): Promise<Buffer>;
  /** Where whoever has no error to explain may read it for himself; a store without files has no such thing. */
  fileOf?(key: string): string;
  /** Of an image that was never finished too. Harmless when there is none. */
  remove(key: string): Promise<void>;
  /** Removes what writers that were killed so long ago have left; answers how many. Looks through the whole store. */
  removeDrafts(olderThanMs: number): Promise<number>;
  /** Rejects when the store cannot be used. */
  check(): Promise<void>;
}

/** What is mounted is not the store, or cannot be used; the same may succeed when its volume is back. */
export class StoreAwayError extends DomainError {
  /** For everybody who asks for the health: without the folder. */
  readonly publicReason: string;

  constructor(root: string, what: string, options?: ErrorOptions) {
    super('sampleStoreUnavailable', `the folder ${root} ${what}`, options);
    this.publicReason = `the folder ${what}`;
  }
}

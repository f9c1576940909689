/**
 * Where the bytes of samples live. Keys are made by the service: lower-case letters, digits and hyphens, at least four
 * characters. Each of them rejects with DomainError sampleStoreUnavailable while the store is away.
 */
export interface ImageStore {
  /** Durable when it resolves; replaces what is there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws DomainError sampleMissing when there is no such image, though the store is there */
  get(key: string): Promise<Buffer>;
  /** Harmless when there is no such image. */
  remove(key: string): Promise<void>;
  /** Rejects when the store cannot be used. */
  check(): Promise<void>;
}

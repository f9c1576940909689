import { DomainError } from '../domain/errors.ts';

/**
 * Where the bytes of samples live. Keys are made by the service: lower-case letters, digits and hyphens, at least four
 * characters. Each method rejects with StoreAwayError while the store is away.
 */
export interface ImageStore {
  /** Durable when it resolves; replaces what is there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws DomainError sampleMissing when there is no such image, though the store is there */
  get(key: string): Promise<Buffer>;
  /** Where whoever has no error to explain may read it for himself; a store without files has no such thing. */
  fileOf?(key: string): string;
  /** Of images that were never finished too. Harmless when there is none. Says of each key what came of it; never rejects for the store. */
  remove(keys: readonly string[]): Promise<RemovedImages>;
  /** Removes what writers that were killed so long ago have left; answers how many. Looks through the whole store. */
  removeDrafts(olderThanMs: number): Promise<number>;
  /** Whether what is removed may live on as an older version; null: the store does not say. */
  keepsVersions(): Promise<boolean | null>;
  /** Rejects when the store cannot be used. */
  check(): Promise<void>;
}

export interface RemovedImages {
  /** They are not in the store, whether or not they were. */
  readonly gone: readonly string[];
  /** Why each of these is still there, though the store is. */
  readonly refused: ReadonlyMap<string, unknown>;
  /** Why the others were not tried, or nobody knows what came of them; null: there are no others. */
  readonly away: StoreAwayError | null;
}

/** A store, as sentences name it: "the folder /data/samples". */
export interface Place {
  readonly kind: 'folder' | 'bucket';
  readonly name: string;
}

interface AwayOptions extends ErrorOptions {
  readonly words?: string;
}

/** What is reached is not the store, or cannot be used; the same may succeed when that is mended. */
export class StoreAwayError extends DomainError {
  /** For everybody who asks for the health: without the place. */
  readonly publicReason: string;

  /** `words`: of the server, for those alone who may know the place. */
  constructor({ kind, name }: Place, what: string, { words = '', ...options }: AwayOptions = {}) {
    const more = words === '' ? '' : `: ${words}`;
    super('sampleStoreUnavailable', `the ${kind} ${name} ${what}${more}`, options);
    this.publicReason = `the ${kind} ${what}`;
  }
}

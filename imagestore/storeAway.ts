import { DomainError } from '../domain/errors.ts';

/** What is mounted is not the store, or cannot be used; the same may succeed when its volume is back. */
export class StoreAwayError extends DomainError {
  /** For everybody who asks for the health: without the folder. */
  readonly publicReason: string;

  constructor(root: string, what: string, options?: ErrorOptions) {
    super('sampleStoreUnavailable', `the folder ${root} ${what}`, options);
    this.publicReason = `the folder ${what}`;
  }
}

/** What became of the try to remove a file whose rows are gone. */
export interface FileOutcome {
  readonly storageKey: string;
  /** Why it is still there; null: it is gone. */
  readonly refusal: string | null;
}

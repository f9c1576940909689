/** One field and a button that looks for what is typed there. */
export interface SearchBox {
  /** Names the search for those who hear it. */
  readonly label: string;
  readonly action: string;
  readonly value: string;
  readonly hint: string;
}

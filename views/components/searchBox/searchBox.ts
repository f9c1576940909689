/** One field that looks for what is typed there; Enter sends it. */
export interface SearchBox {
  /** Names the search for those who hear it. */
  readonly label: string;
  readonly action: string;
  readonly value: string;
}

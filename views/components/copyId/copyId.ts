/** An id to be used elsewhere: with a button that copies it, where scripts run. */
export interface CopyId {
  /** What it is the id of, for those who hear the button. */
  readonly name: string;
  readonly value: string;
}

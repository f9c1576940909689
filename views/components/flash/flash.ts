/** A sentence about what the last action did, shown once on the next page. */
export interface Flash {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

/** One line of a list of names and values. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** An id or another machine's word: set in a fixed width. */
  readonly code: boolean;
}

export function fact(name: string, value: string): Fact {
  return { name, value, code: false };
}

export function codeFact(name: string, value: string): Fact {
  return { name, value, code: true };
}

import type { CopyId } from '../copyId/copyId.ts';

/** One line of a list of names and values. */
export interface Fact extends CopyId {
  /** An id or another machine's word: set in a fixed width. */
  readonly code: boolean;
  /** Somebody may want to use it elsewhere. */
  readonly copies: boolean;
  /** The page of what is meant. */
  readonly href?: string;
}

export function fact(name: string, value: string): Fact {
  return { name, value, code: false, copies: false };
}

export function codeFact(name: string, value: string): Fact {
  return { name, value, code: true, copies: false };
}

export function idFact(name: string, value: string): Fact {
  return { name, value, code: true, copies: true };
}

/** To a page that is named by another machine's word. */
export function linkFact(name: string, value: string, href: string): Fact {
  return { ...codeFact(name, value), href };
}

export function pageFact(name: string, value: string, href: string): Fact {
  return { ...fact(name, value), href };
}

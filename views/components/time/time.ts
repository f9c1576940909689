import { formatAgo } from '../../assets/words.js';

/** A moment, to the second, in UTC: the same in every row, in the log and in the API. */
export interface Time {
  readonly iso: string;
  readonly text: string;
  /** How long it is past as the page is made; views/assets/ago.js goes on with it. */
  readonly ago: string;
}

export function time(iso: string): Time {
  return { iso, text: iso.slice(0, 19).replace('T', ' '), ago: formatAgo(iso, Date.now()) };
}

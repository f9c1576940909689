import { formatAgo, formatClock } from '../../assets/words.js';

/**
 * A moment, to the second, in UTC: the same in every row, in the log and in the API. Whoever wants the time of their own
 * clock has views/assets/localTime.js put it in the place of the text.
 */
export interface Time {
  readonly iso: string;
  readonly text: string;
  /** How long it is past as the page is made; views/assets/ago.js goes on with it. */
  readonly ago: string;
}

export function time(iso: string): Time {
  return { iso, text: iso.slice(0, 19).replace('T', ' '), ago: formatAgo(iso, Date.now()) };
}

/** A moment that is soon to come, to the minute. */
export interface Clock extends Pick<Time, 'iso'> {
  readonly title: string;
  readonly text: string;
}

export function clock(iso: string, now: Date): Clock {
  return { iso, title: time(iso).text, text: formatClock(iso, now.getTime(), 'UTC') };
}

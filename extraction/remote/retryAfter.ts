// What a server asks for is honoured up to here: a wrong clock must not keep an extract away for a year.
const longestMs = 60_000;

/** Milliseconds that a Retry-After header asks for, as seconds or as an HTTP date; null when it asks for nothing. */
export function readRetryAfter(header: string | null, now = Date.now()): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : dateOf(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), longestMs);
}

// Date.parse takes nearly anything for a date, 2.5 for the second of May.
const dateOf = (text: string): number => (text.endsWith(' GMT') ? Date.parse(text) : NaN);

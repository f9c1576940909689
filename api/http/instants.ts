/**
 * A valid RFC 3339 time as the database reads it: leap seconds as the last moment before them, and what lies outside
 * of the years 1 to 9999 as before and after everything.
 */
function toInstant(text: string): string {
  const time = new Date(
    text
      .toUpperCase()
      .replace(' ', 'T')
      .replace(/:60(?:\.\d+)?/, ':59.999'),
  );
  const year = time.getUTCFullYear();
  if (year < 1) return '-infinity';
  return year > 9_999 ? 'infinity' : time.toISOString();
}

/** The same where a time may be missing. */
export function optionalInstant(text: string | undefined): string | undefined {
  return text === undefined ? undefined : toInstant(text);
}

/** The database's time: relative times and what is due are counted from it, whatever this process's own clock says. */
export interface Clock {
  now(): Date;
}

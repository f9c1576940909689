import { unitMs } from './duration.ts';
import { DomainError } from './errors.ts';

const relative = /^now(?:-(\d{1,6})([smhdwMy]))?$/;
// RFC 3339 date-time; Date alone would also take dates, local times and words.
const absolute = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Turns `now-30d` (units s m h d w M y; M and y are calendar months and years in UTC) or an RFC 3339 time into
 * ISO-8601 UTC with milliseconds.
 * @throws DomainError validationFailed naming `path` when it is neither, or not of the years 1 to 9999.
 */
export function freezeTime(text: string, now: Date, path: string): string {
  const match = relative.exec(text);
  const time = match === null ? parseAbsolute(text) : subtract(now, Number(match[1] ?? 0), match[2] ?? 's');
  const year = time?.getUTCFullYear() ?? Number.NaN;
  // Other years have a form of their own in ISO 8601, which PostgreSQL does not read.
  if (time === null || !(year >= 1 && year <= 9_999)) {
    throw new DomainError('validationFailed', {
      path,
      message: 'must be an RFC 3339 time of the years 1 to 9999, or a relative one such as now-30d',
    });
  }
  return time.toISOString();
}

/** A leap second is the last moment before it. */
function parseAbsolute(text: string): Date | null {
  return absolute.test(text) ? new Date(text.replace(/:59:60(?:\.\d+)?/, ':59:59.999')) : null;
}

function subtract(now: Date, amount: number, unit: string): Date {
  const span = unitMs[unit];
  if (span !== undefined) return new Date(now.getTime() - amount * span);
  const months = unit === 'y' ? amount * 12 : amount;
  const time = new Date(now.getTime());
  const day = time.getUTCDate();
  time.setUTCDate(1);
  time.setUTCMonth(time.getUTCMonth() - months);
  // The 31st of a month without one is its last day, as in every calendar program.
  const lastDay = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 0)).getUTCDate();
  time.setUTCDate(Math.min(day, lastDay));
  return time;
}

import { Cron } from 'croner';

export class CronError extends Error {
  override readonly name = 'CronError';
  readonly field: 'cron' | 'time_zone';

  constructor(field: CronError['field'], message: string) {
    super(message);
    this.field = field;
  }
}

// Minute, hour, day of month, month, day of week: what croner and Temporal read alike. Both know more words.
const value = String.raw`(?:\d{1,2}|[A-Za-z]{3})`;
const item = String.raw`(?:\*|${value}(?:-${value})?)(?:/\d{1,2})?`;
const fiveFields = new RegExp(`^${item}(?:,${item})*(?: ${item}(?:,${item})*){4}$`);

const day = 86_400_000;
// A time that exists in no year must not be looked for until the end of time.
const horizon = 100 * 366 * day;

/**
 * The next moments at which the clock of that zone shows what the expression says, as Temporal reads it: every field
 * has to match, days of month and of week too; a time that a change of clocks leaves out does not come. Of one that it
 * repeats, zones east of Greenwich have the second, those west of it both. Empty when no date matches.
 * @throws CronError
 */
export function nextRuns(cron: string, timeZone: string, after: Date, count: number): Date[] {
  const offsetAt = offsetsOf(timeZone);
  const pattern = parse(cron);
  const runs: number[] = [];
  // A wall clock is a time of UTC here. It may be some hours behind itself after a change of clocks.
  let wall: Date | null = new Date(after.getTime() + offsetAt(after.getTime()) - day);
  while ((wall = pattern.nextRun(wall)) !== null) {
    const last = runs[count - 1] ?? after.getTime() + horizon;
    if (wall.getTime() > last + day) break;
    runs.push(...instantsOf(wall.getTime(), offsetAt).filter((instant) => instant > after.getTime()));
    runs.sort((a, b) => a - b).splice(count);
  }
  return runs.map((instant) => new Date(instant));
}

/**
 * True for one of those moments.
 * @throws CronError
 */
export function isRun(cron: string, timeZone: string, moment: Date): boolean {
  const [next] = nextRuns(cron, timeZone, new Date(moment.getTime() - 1), 1);
  return next?.getTime() === moment.getTime();
}

/** The zone's name in the spelling of the time zone database: Temporal, unlike us, tells cases apart. */
export function canonicalTimeZone(timeZone: string): string {
  return formatOf(timeZone).resolvedOptions().timeZone;
}

function parse(cron: string): Cron {
  if (!fiveFields.test(cron)) {
    throw new CronError('cron', 'must be a cron expression: minute, hour, day of month, month, day of week');
  }
  try {
    return new Cron(cron, { mode: '5-part', timezone: 'UTC', domAndDow: true, paused: true });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new CronError('cron', text.replaceAll("'", '"'));
  }
}

/** Temporal comes from the front to what Go's time.Date makes of the wall clock, and then to what is like it. */
function instantsOf(wall: number, offsetAt: (instant: number) => number): number[] {
  const first = wall - offsetAt(wall - offsetAt(wall));
  const offsets = new Set([offsetAt(wall - day), offsetAt(wall + day)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => instant >= first && instant + offsetAt(instant) === wall);
}

function offsetsOf(timeZone: string): (instant: number) => number {
  const format = formatOf(timeZone);
  return (instant) => {
    const fields: Record<string, number> = {};
    for (const { type, value: text } of format.formatToParts(instant)) fields[type] = Number(text);
    const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = fields;
    return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    // Names only: Intl would also take offsets such as +02:00, which Temporal does not know.
    if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(timeZone)) throw new RangeError('no name');
    return new Intl.DateTimeFormat('en', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch {
    throw new CronError('time_zone', 'must be an IANA time zone, such as Europe/Berlin');
  }
}

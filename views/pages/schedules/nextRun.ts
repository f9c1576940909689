import { formatTime } from '../../assets/words.js';
import { time, type Time } from '../../components/time/time.ts';

export interface NextRun {
  readonly time: Time;
  /** What clocks in the schedule's time zone say then; null: the same. */
  readonly there: string | null;
}

/** `timeZone`: of the IANA database; the check of a schedule refuses others. */
export function nextRun(iso: string, timeZone: string): NextRun {
  const clock = (zone: string) => formatTime(iso, zone, 'short');
  const [here, there] = [clock('UTC'), clock(timeZone)];
  const day = here.slice(0, 11);
  // The day is said where it is another one.
  const words = there.startsWith(day) ? there.slice(day.length) : there;
  return { time: time(iso), there: there === here ? null : `${words} in ${timeZone}` };
}

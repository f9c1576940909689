/** What was done so long ago, on the task's running clock, weighs 1/e of what is done now. */
export const fadeMs = 30_000;

/**
 * Objects per second of late. Each part keeps a count that fades: when it commits a batch, its count is multiplied by
 * e^(−t/fade), t being the time since its last batch, and the batch's objects are added; it is written with the
 * checkpoint, so it costs no statement of its own. The sum of all parts' counts, faded until now, divided by the
 * fade time is the exponentially weighted rate of the whole task, whichever workers its parts run on. Time is the
 * task's running clock: a pause does not slow it, and a restart forgets nothing. At the start, when the clock has run
 * for less than a few fade times, the weights do not add up to one yet; dividing by their sum corrects that.
 * @param recent the sum of the faded counts
 * @param runningMs the running clock
 */
export function recentRate(recent: number, runningMs: number): number {
  if (recent <= 0 || runningMs <= 0) return 0;
  const weights = 1 - Math.exp(-runningMs / fadeMs);
  return recent / ((fadeMs / 1_000) * weights);
}

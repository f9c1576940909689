/** What a database falls behind with, or somebody who uses it suffers from. */
export interface PressureSign {
  /** For people: "standby 45 s behind". */
  readonly reason: string;
  /** How many times its limit it is; more than 1 slows tasks down. */
  readonly excess: number;
}

/** How tasks are slowed down. */
export interface Slowdown {
  /** For each second of work, so many seconds of rest; 0: none. */
  readonly rest: number;
  /** Null: nothing slows them. */
  readonly reason: string | null;
}

/** As it is shown on the tasks that it slows down. */
export interface SlowdownReason {
  readonly reason: string;
  readonly since: Date;
}

export const noSlowdown: Slowdown = { rest: 0, reason: null };

const leastRest = 0.25;
// A twentieth of the rate: a task that stood still would not notice that it may go on.
const mostRest = 19;

/**
 * The slowdown after one more look: while a limit is exceeded, twice as much rest at each, at most; half as much where none
 * is. So it finds the rate at which the limit is kept, without knowing what a task costs.
 */
export function nextSlowdown(now: Slowdown, signs: readonly PressureSign[]): Slowdown {
  const worst = signs.reduce<PressureSign | null>(
    (most, sign) => (sign.excess > (most?.excess ?? 1) ? sign : most),
    null,
  );
  if (worst !== null) {
    const grown = now.rest * Math.min(2, worst.excess);
    return { rest: Math.min(mostRest, Math.max(leastRest, grown)), reason: worst.reason };
  }
  const rest = now.rest / 2;
  return rest < leastRest ? noSlowdown : { rest, reason: now.reason };
}

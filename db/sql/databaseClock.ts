import type { Sql } from './connection.ts';

export interface DatabaseClockOptions {
  readonly measureEveryMs?: number;
}

export type DatabaseClock = ReturnType<typeof createDatabaseClock>;

/** Further off than this, a process says so. */
export const clockOffAtMostSeconds = 2;
// The answer's moment is known to half the time that it took: a slow one tells nothing.
const slowMs = 1_000;

/** Public: it says no more than every answer's Date header does. */
export class ClockOffError extends Error {
  get publicReason(): string {
    return this.message;
  }
}

/** Of the transaction: what `default now()` writes into the same row. */
export async function timeOf(tx: Sql): Promise<Date> {
  const [row] = await tx.query<{ time: Date }>('select now() as time');
  if (row === undefined) throw new Error('the database told no time');
  return row.time;
}

/**
 * The database's time as this process knows it, for what is shown; what decides over objects asks the database itself,
 * in its transaction. Between two measurements it goes on by a clock that nobody sets, so that a process whose own clock
 * is set wrong knows it at once.
 */
export function createDatabaseClock(db: Sql, { measureEveryMs = 10_000 }: DatabaseClockOptions = {}) {
  let known: { readonly timeMs: number; readonly at: number } | null = null;

  const measure = async (): Promise<void> => {
    const asked = performance.now();
    const [row] = await db.query<{ timeMs: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as "timeMs"',
    );
    const tookMs = performance.now() - asked;
    if (row !== undefined && tookMs <= slowMs) known = { timeMs: row.timeMs, at: asked + tookMs / 2 };
  };
  // Of a database that is away its own health check tells.
  const timer = setInterval(() => void measure().catch(() => undefined), measureEveryMs);
  timer.unref();

  const nowMs = (): number => (known === null ? Date.now() : known.timeMs + performance.now() - known.at);
  const offsetSeconds = (): number => (known === null ? 0 : (Date.now() - nowMs()) / 1_000);

  return {
    measure,

    now: (): Date => new Date(nowMs()),

    /** How far this process's clock is ahead of the database's; 0 while that is not known. */
    offsetSeconds,

    /** @throws ClockOffError when this process's clock is too far off */
    check: (): void => {
      const seconds = offsetSeconds();
      if (Math.abs(seconds) <= clockOffAtMostSeconds) return;
      const [amount, side] = [Math.abs(seconds).toFixed(0), seconds > 0 ? 'ahead of' : 'behind'];
      throw new ClockOffError(`its clock is ${amount} s ${side} the database's`);
    },

    close: (): void => {
      clearInterval(timer);
    },
  };
}

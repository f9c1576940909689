import type { Logger } from './logger.ts';

export interface MonthlyCountsOptions<Key extends object> {
  /** Adds to what is stored; all of it or, when it rejects, nothing. */
  readonly write: (
    rows: readonly (Key & { readonly month: string; readonly count: number })[],
  ) => Promise<void>;
  readonly log: Pick<Logger, 'warn'>;
  readonly everyMs?: number;
  readonly now?: () => Date;
}

export interface MonthlyCounts<Key extends object> {
  count(key: Key): void;
  /** Writes what is left; for the end of the process. */
  stop(): Promise<void>;
}

/**
 * Counts by calendar month (UTC) in memory, written every few seconds: no write per event. What a write that failed
 * should have stored is kept for the next one; a killed process loses the last few seconds.
 */
export function createMonthlyCounts<Key extends object>({
  write,
  log,
  everyMs = 5_000,
  now = () => new Date(),
}: MonthlyCountsOptions<Key>): MonthlyCounts<Key> {
  let counts = new Map<string, number>();
  let writing: Promise<void> = Promise.resolve();

  const add = (entry: string, count: number): void => {
    counts.set(entry, (counts.get(entry) ?? 0) + count);
  };

  const flush = async (): Promise<void> => {
    if (counts.size === 0) return;
    const taken = counts;
    counts = new Map();
    try {
      await write(
        [...taken].map(([entry, count]) => ({ ...(JSON.parse(entry) as Key & { month: string }), count })),
      );
    } catch (error) {
      for (const [entry, count] of taken) add(entry, count);
      log.warn({ err: error }, 'statistics could not be written; they will be written next time');
    }
  };

  const timer = setInterval(() => {
    writing = writing.then(flush);
  }, everyMs);
  timer.unref();

  return {
    count: (key) => add(JSON.stringify({ month: `${now().toISOString().slice(0, 7)}-01`, ...key }), 1),
    stop: async () => {
      clearInterval(timer);
      writing = writing.then(flush);
      await writing;
    },
  };
}

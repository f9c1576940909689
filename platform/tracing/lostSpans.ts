import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';

/** A full queue: spans are made faster than they can be sent. Otherwise the collector has not taken them. */
export type DropReason = 'queue_full' | 'not_exported';

export type LostSpans = ReturnType<typeof createLostSpans>;

const quietMs = 60_000;

/** Counts spans that are dropped; the log says at most once a minute how many a full queue has cost. */
export function createLostSpans(log: Pick<Logger, 'warn'>, everyMs = quietMs) {
  const counts: Record<DropReason, number> = { queue_full: 0, not_exported: 0 };
  let counter: Metrics['spansDropped'] | null = null;
  let untold = 0;
  let quiet: NodeJS.Timeout | undefined;

  const tell = (): void => {
    if (untold === 0) {
      quiet = undefined;
      return;
    }
    log.warn({ dropped: untold }, 'spans are dropped: more are made than can be sent');
    untold = 0;
    quiet = setTimeout(tell, everyMs).unref();
  };

  return {
    note: (reason: DropReason, count: number): void => {
      counts[reason] += count;
      counter?.inc({ reason }, count);
      if (reason !== 'queue_full') return;
      untold += count;
      if (quiet === undefined) tell();
    },
    /** Also what was lost before there was a counter. */
    countWith: (metric: Metrics['spansDropped']): void => {
      counter = metric;
      for (const [reason, count] of Object.entries(counts) as [DropReason, number][])
        metric.inc({ reason }, count);
    },
  };
}

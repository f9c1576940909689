import { setTimeout as wait } from 'node:timers/promises';
import type { PressureQueries } from '../db/ops/pressureQueries.ts';
import { nextSlowdown, noSlowdown, type Slowdown, type SlowdownReason } from '../domain/tasks/pressure.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';

export interface PressureWatchDeps {
  readonly queries: PressureQueries;
  /** A read that takes longer slows tasks down, milliseconds; 0: none does. */
  readonly readMs: number;
  readonly metrics: Pick<Metrics, 'slowdown'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

const everyMs = 1_000;
// One slow read says little.
const readsAtOnce = 5;

/** Looks every few seconds what the database falls behind with, and says how much this process's tasks have to rest. */
export function createPressureWatch({ queries, readMs, metrics, log }: PressureWatchDeps) {
  let slowdown: Slowdown = noSlowdown;
  let since: Date | null = null;
  const reads: number[] = [];

  const look = async (): Promise<void> => {
    const read = median(reads.splice(0));
    const slow = { reason: `reads take ${Math.round(read)} ms`, excess: readMs === 0 ? 0 : read / readMs };
    const next = nextSlowdown(slowdown, [...(await queries.look()), slow]);
    if ((next.reason === null) !== (slowdown.reason === null)) {
      since = next.reason === null ? null : new Date();
      if (next.reason === null) log.info('tasks are no longer slowed down');
      else log.warn({ reason: next.reason }, 'tasks are slowed down');
    }
    slowdown = next;
    metrics.slowdown.set(next.rest);
  };

  return {
    /** For each second of work, so many seconds of rest. */
    rest: (): number => slowdown.rest,
    /** For people; null: nothing slows them. */
    reason: (): SlowdownReason | null =>
      slowdown.reason === null || since === null ? null : { reason: slowdown.reason, since },

    run: async (stopping: AbortSignal): Promise<void> => {
      let healthy = true;
      while (!stopping.aborted) {
        try {
          reads.push(await queries.probe());
          if (reads.length >= readsAtOnce) await look();
          healthy = true;
        } catch (error) {
          // What cannot be seen slows nothing; that the database is away is said elsewhere.
          if (healthy) log.warn({ err: error }, 'what the database falls behind with cannot be seen');
          healthy = false;
        }
        await wait(everyMs, undefined, { signal: stopping }).catch(() => undefined);
      }
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

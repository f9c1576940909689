import { setTimeout as sleep } from 'node:timers/promises';
import { batchLimit, nextDue, shiftDue } from '../domain/tasks/pace.ts';
import type { Orders } from '../domain/tasks/parts.ts';

// A pause, a cancel or another rate is noticed after this long, however long the wait is.
const lookEveryMs = 500;

export type Pacing = ReturnType<typeof createPacing>;

/**
 * Keeps a part at its share of the task's rate. It waits by looking at the task's row again and again, so that a
 * part at rest obeys as fast as one that works.
 */
export function createPacing(readOrders: () => Promise<Orders | null>, first: Orders, stop: AbortSignal) {
  let orders = first;
  let due = performance.now();

  return {
    /** Objects that the next batch may have. */
    most: (): number => batchLimit(orders),

    /** A batch is committed; `seen`: what was wanted then. */
    count: (startedAt: number, objects: number, seen: Orders): void => {
      orders = seen;
      due = nextDue(due, startedAt, objects, orders);
    },

    isEarly: (): boolean => due > performance.now(),

    /** Returns when the next batch is due, or there is something else to obey. */
    rest: async (): Promise<void> => {
      for (;;) {
        const left = due - performance.now();
        if (left <= 0 || stop.aborted) return;
        await sleep(Math.min(left, lookEveryMs), undefined, { signal: stop }).catch(() => undefined);
        if (left <= lookEveryMs) return;
        const now = await readOrders();
        if (now?.desired !== 'run') return;
        due = shiftDue(due, performance.now(), orders, now);
        orders = now;
      }
    },
  };
}

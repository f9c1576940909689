import { setTimeout as sleep } from 'node:timers/promises';
import { batchLimit, nextDue, shiftDue } from '../domain/tasks/pace.ts';
import type { Control } from '../domain/tasks/parts.ts';

// However much rest is asked for: what slows the tasks down may be over by then.
const restAtMostMs = 10_000;
// A pause, a cancel or another rate is noticed after this long, however long the wait is.
const lookEveryMs = 500;

export type Pacing = ReturnType<typeof createPacing>;

/**
 * Keeps a part at its share of the task's rate. It waits by looking at the task's row again and again, so that a
 * part at rest obeys as fast as one that works.
 */
export function createPacing(
  readControl: () => Promise<Control | null>,
  first: Control,
  stop: AbortSignal,
  /** For each second of work, so many seconds of rest, whatever the task's rate. */
  restPerWork: () => number = () => 0,
) {
  let control = first;
  let due = performance.now();

  return {
    /** Objects that the next batch may have. */
    most: (): number => batchLimit(control),

    /** A batch is committed; `seen`: what was wanted then. */
    count: (startedAt: number, objects: number, seen: Control): void => {
      control = seen;
      const now = performance.now();
      const rest = Math.min(restAtMostMs, restPerWork() * (now - startedAt));
      due = Math.max(nextDue(due, startedAt, objects, control), rest > 0 ? now + rest : 0);
    },

    isEarly: (): boolean => due > performance.now(),

    /** Returns when the next batch is due, or there is something else to obey. */
    rest: async (): Promise<void> => {
      for (;;) {
        const left = due - performance.now();
        if (left <= 0 || stop.aborted) return;
        await sleep(Math.min(left, lookEveryMs), undefined, { signal: stop }).catch(() => undefined);
        if (left <= lookEveryMs) return;
        const now = await readControl();
        if (now?.desired !== 'run') return;
        due = shiftDue(due, performance.now(), control, now);
        control = now;
      }
    },
  };
}

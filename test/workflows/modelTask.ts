import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';

/** What becomes of one delivery. `lost`: the work is done, but its answer never arrives, so it comes again. */
export type Fate = 'ok' | 'lost' | 'error' | 'fatal';

export interface Scenario {
  readonly parts: number;
  /** Parts that an earlier generation has done. */
  readonly doneBefore?: readonly number[];
  readonly partsPerRun: number;
  readonly perStep: number;
  readonly window: number;
  /** Fates of the first deliveries of any activity, in their order; those after them go well. */
  readonly bookFates: readonly Fate[];
  /** By part: the fates of its first deliveries. */
  readonly partFates: readonly (readonly Fate[])[];
  /** After so many deliveries of parts an admin does this; the signal may get lost. */
  readonly orders: readonly {
    readonly after: number;
    readonly wish: 'pause' | 'cancel';
    readonly signal: boolean;
    /** When that part has done its work already. */
    readonly late?: boolean;
  }[];
  /** After so many deliveries of parts the database comes back from a moment before: it has forgotten the last parts. */
  readonly forgets?: { readonly after: number; readonly parts: number };
}

export type ModelTask = ReturnType<typeof createModelTask>;

/** The rows of a task, in memory, and what its activities saw. */
export function createModelTask(plan: Scenario, signal: () => void) {
  const done = new Set(plan.doneBefore);
  const faults: string[] = [];
  const inFlight = new Set<number>();
  let desired: 'run' | 'pause' | 'cancel' = 'run';
  let paused = false;
  let deliveries = 0;
  let bookCalls = 0;
  let fatal = false;
  let forgot = false;
  let end: string | null = null;
  const partCalls = new Map<number, number>();

  const deliver = <T>(fate: Fate, work: () => T): Promise<T> => {
    if (fate === 'fatal') {
      fatal = true;
      return Promise.reject(ApplicationFailure.nonRetryable('broken', 'partFailed', 'for good'));
    }
    if (fate === 'error') return Promise.reject(new Error('the database is away'));
    const answer = work();
    return fate === 'lost' ? Promise.reject(new Error('the answer got lost')) : Promise.resolve(answer);
  };
  const book = <T>(work: () => T): Promise<T> => deliver(plan.bookFates[bookCalls++] ?? 'ok', work);

  const runPart = async (partNo: number) => {
    if (end !== null) return 'stopped' as const;
    if (inFlight.has(partNo)) faults.push(`part ${partNo} ran twice at once`);
    inFlight.add(partNo);
    if (inFlight.size > plan.window) faults.push(`${inFlight.size} parts at once, window ${plan.window}`);
    const delivery = (deliveries += 1);
    const giveOrders = (late: boolean) => {
      for (const order of plan.orders) {
        if (order.after !== delivery || (order.late ?? false) !== late || desired === 'cancel') continue;
        desired = order.wish;
        if (order.signal) signal();
      }
    };
    giveOrders(false);
    if (plan.forgets?.after === delivery) {
      forgot = true;
      for (const forgotten of [...done].slice(-plan.forgets.parts)) done.delete(forgotten);
    }
    const calls = partCalls.get(partNo) ?? 0;
    partCalls.set(partNo, calls + 1);
    try {
      await delay(1);
      return await deliver(plan.partFates[partNo - 1]?.[calls] ?? 'ok', () => {
        // As the claim of a part answers, whatever is wanted of the task by now.
        if (calls > 0 && done.has(partNo)) return 'done' as const;
        if (desired !== 'run') return 'stopped' as const;
        if (calls === 0 && done.has(partNo)) faults.push(`part ${partNo} was done before it was tried`);
        done.add(partNo);
        giveOrders(true);
        return 'done' as const;
      });
    } finally {
      inFlight.delete(partNo);
    }
  };

  return {
    faults,
    end: () => end,
    /** What a reconciler and an admin who has seen the pause do, again and again. */
    nudge: (): void => {
      if (desired === 'run') return;
      if (paused && desired === 'pause') {
        desired = 'run';
        paused = false;
      }
      signal();
    },
    check: (): void => {
      assert.deepEqual(faults, []);
      const all = done.size === plan.parts;
      if (end === 'failed') assert.ok(fatal, 'it failed although nothing was beyond repair');
      else if (end === 'cancelled')
        assert.equal(desired, 'cancel', 'it was cancelled although nobody wanted it');
      else assert.ok(end === 'done' && all, `it is ${String(end)} with ${done.size} of ${plan.parts} parts`);
    },
    activities: {
      loadTask: () =>
        book(() => ({
          kind: 'gc' as const,
          desired: end === null ? desired : ('gone' as const),
          window: plan.window,
          priority: 3,
          partsPerRun: plan.partsPerRun,
        })),
      planParts: (last: number) =>
        book(() => {
          const open = Array.from({ length: plan.parts }, (_, index) => index + 1).filter(
            (partNo) => partNo > last && !done.has(partNo),
          );
          return { parts: open.slice(0, plan.perStep), planned: open.length <= plan.perStep };
        }),
      pauseTask: () =>
        book(() => {
          if (inFlight.size > 0) faults.push('it was called paused while parts ran');
          if (done.size === plan.parts && !forgot)
            faults.push('it was called paused with nothing left to do');
          if (desired === 'pause') paused = true;
        }),
      collectTask: () =>
        book(() => {
          if (done.size !== plan.parts && !forgot)
            faults.push(`collected with ${done.size} of ${plan.parts} parts`);
        }),
      finishTask: (outcome: string) =>
        book(() => {
          if (outcome === 'done' && end === null && done.size < plan.parts) return 'unfinished' as const;
          if (end !== null && end !== outcome) faults.push(`first ${end}, then ${outcome}`);
          end ??= outcome;
          return 'ended' as const;
        }),
      runPart,
    },
  };
}

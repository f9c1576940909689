import {
  CancellationScope,
  condition,
  isCancellation,
  patched,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import { bookkeeping, part as partProfile } from './activityOptions.ts';
import { siblingQueue } from './messages.ts';

/** Counts the control signals; the row says what is desired. */
export interface ControlSignals {
  received: number;
}

export type Verdict =
  | { readonly kind: 'complete' }
  | { readonly kind: 'cancelled' }
  /** The task is finished, removed, or lives on in another generation. */
  | { readonly kind: 'gone' }
  /**
   * Go on in a new run: this one's history is long enough, or (`isStale`) it believes something else than the rows say,
   * as after a backup was restored.
   */
  | { readonly kind: 'renew'; readonly isStale: boolean }
  | { readonly kind: 'failed'; readonly cause: unknown };

interface RunState {
  open: number[];
  /** The highest part number that the planner has named. */
  named: number;
  planned: boolean;
  planning: boolean;
  inFlight: number;
  launched: number;
  /** A part was refused although the task is to run. */
  isStale: boolean;
  /** Raised at every change, so that the loop can wait for the next one without racing promises. */
  changes: number;
  failure: { cause: unknown } | null;
}

const lifecycle = proxyActivities<Activities['orchestrate']>(bookkeeping);

/** Keeps the task's window of parts full until nothing is left, or the task must stop, pause or renew its run. */
export async function runParts(ref: TaskRef, signals: ControlSignals): Promise<Verdict> {
  let signalsRead = signals.received;
  let task = await lifecycle.loadTask(ref);
  const parts = partsOf(task);
  const scope = new CancellationScope();
  const run: RunState = {
    open: [],
    named: 0,
    planned: false,
    planning: false,
    inFlight: 0,
    launched: 0,
    isStale: false,
    changes: 0,
    failure: null,
  };
  const mayLaunch = () =>
    task.desired === 'run' && run.failure === null && !run.isStale && !isLong(run, task.partsPerRun);

  for (;;) {
    if (signals.received !== signalsRead) {
      signalsRead = signals.received;
      task = await lifecycle.loadTask(ref);
    }
    if (task.desired === 'gone' || task.desired === 'cancel') {
      scope.cancel();
      return { kind: task.desired === 'gone' ? 'gone' : 'cancelled' };
    }
    if (mayLaunch() && !run.planned && !run.planning && run.open.length < task.window) plan();
    while (mayLaunch() && run.inFlight < task.window) {
      const partNo = run.open.shift();
      if (partNo === undefined) break;
      launch(partNo);
    }
    if (run.inFlight === 0 && !run.planning) {
      if (run.failure !== null) return { kind: 'failed', cause: run.failure.cause };
      const isComplete = run.planned && run.open.length === 0;
      if (task.desired === 'pause' && !(isComplete && patched('nothing-left-to-pause')))
        await lifecycle.pauseTask(ref);
      else if (isComplete) return { kind: 'complete' };
      else if (run.isStale || isLong(run, task.partsPerRun)) return { kind: 'renew', isStale: run.isStale };
    }
    const seen = run.changes;
    await condition(() => run.changes !== seen || signals.received !== signalsRead);
  }

  function plan(): void {
    run.planning = true;
    watch(
      scope.run(async () => {
        const next = await lifecycle.planParts({ ref, after: run.named });
        run.open.push(...next.parts);
        run.named = next.parts.at(-1) ?? run.named;
        run.planned = next.planned;
        if (next.stopped === true) task = await lifecycle.loadTask(ref);
      }),
      () => {
        run.planning = false;
      },
    );
  }

  function launch(partNo: number): void {
    run.inFlight += 1;
    run.launched += 1;
    watch(
      scope.run(async () => {
        const answer = await parts.runPart({ ref, partNo });
        if (answer === 'done') return;
        // The row told the part to stop before the signal told us; the part itself goes on later.
        run.open.unshift(partNo);
        task = await lifecycle.loadTask(ref);
        if (task.desired === 'run' && patched('refused-part')) run.isStale = true;
      }),
      () => {
        run.inFlight -= 1;
      },
    );
  }

  /** The first failure stops the others; their own cancellation is no failure. */
  function watch(work: Promise<void>, settled: () => void): void {
    void work
      .catch((cause: unknown) => {
        if (isCancellation(cause) && scope.consideredCancelled) return;
        run.failure ??= { cause };
        scope.cancel();
      })
      .finally(() => {
        settled();
        run.changes += 1;
      });
  }
}

function isLong(run: RunState, partsPerRun: number): boolean {
  return run.launched >= partsPerRun || workflowInfo().continueAsNewSuggested;
}

/** Parts of all tasks wait in one queue for each kind; a busy worker takes those of the first priority first. */
function partsOf({ kind, priority }: { kind: 'gc' | 'extract'; priority: number }): Activities['gc'] {
  return proxyActivities<Activities['gc']>({
    ...partProfile,
    taskQueue: siblingQueue(workflowInfo().taskQueue, kind),
    priority: { priorityKey: priority },
  });
}

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
export interface Mailbox {
  letters: number;
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

interface Window {
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

const books = proxyActivities<Activities['orchestrate']>(bookkeeping);

/** Keeps the task's window of parts full until nothing is left, or the task must stop, pause or renew its run. */
export async function runParts(ref: TaskRef, mailbox: Mailbox): Promise<Verdict> {
  let lettersRead = mailbox.letters;
  let task = await books.loadTask(ref);
  const parts = partsOf(task);
  const scope = new CancellationScope();
  const window: Window = {
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
    task.desired === 'run' && window.failure === null && !window.isStale && !isLong(window, task.partsPerRun);

  for (;;) {
    if (mailbox.letters !== lettersRead) {
      lettersRead = mailbox.letters;
      task = await books.loadTask(ref);
    }
    if (task.desired === 'gone' || task.desired === 'cancel') {
      scope.cancel();
      return { kind: task.desired === 'gone' ? 'gone' : 'cancelled' };
    }
    if (mayLaunch() && !window.planned && !window.planning && window.open.length < task.window) plan();
    while (mayLaunch() && window.inFlight < task.window) {
      const partNo = window.open.shift();
      if (partNo === undefined) break;
      launch(partNo);
    }
    if (window.inFlight === 0 && !window.planning) {
      if (window.failure !== null) return { kind: 'failed', cause: window.failure.cause };
      const isComplete = window.planned && window.open.length === 0;
      if (task.desired === 'pause' && !(isComplete && patched('nothing-left-to-pause')))
        await books.pauseTask(ref);
      else if (isComplete) return { kind: 'complete' };
      else if (window.isStale || isLong(window, task.partsPerRun))
        return { kind: 'renew', isStale: window.isStale };
    }
    const seen = window.changes;
    await condition(() => window.changes !== seen || mailbox.letters !== lettersRead);
  }

  function plan(): void {
    window.planning = true;
    watch(
      scope.run(async () => {
        const next = await books.planParts({ ref, after: window.named });
        window.open.push(...next.parts);
        window.named = next.parts.at(-1) ?? window.named;
        window.planned = next.planned;
        if (next.stopped === true) task = await books.loadTask(ref);
      }),
      () => {
        window.planning = false;
      },
    );
  }

  function launch(partNo: number): void {
    window.inFlight += 1;
    window.launched += 1;
    watch(
      scope.run(async () => {
        const answer = await parts.runPart({ ref, partNo });
        if (answer === 'done') return;
        // The row told the part to stop before the signal told us; the part itself goes on later.
        window.open.unshift(partNo);
        task = await books.loadTask(ref);
        if (task.desired === 'run' && patched('refused-part')) window.isStale = true;
      }),
      () => {
        window.inFlight -= 1;
      },
    );
  }

  /** The first failure stops the others; their own cancellation is no failure. */
  function watch(work: Promise<void>, settled: () => void): void {
    void work
      .catch((cause: unknown) => {
        if (isCancellation(cause) && scope.consideredCancelled) return;
        window.failure ??= { cause };
        scope.cancel();
      })
      .finally(() => {
        settled();
        window.changes += 1;
      });
  }
}

function isLong(window: Window, partsPerRun: number): boolean {
  return window.launched >= partsPerRun || workflowInfo().continueAsNewSuggested;
}

/** Parts of all tasks wait in one queue for each kind; a busy worker takes those of the first priority first. */
function partsOf({ kind, priority }: { kind: 'gc' | 'extract'; priority: number }): Activities['gc'] {
  return proxyActivities<Activities['gc']>({
    ...partProfile,
    taskQueue: siblingQueue(workflowInfo().taskQueue, kind),
    priority: { priorityKey: priority },
  });
}

import type { TaskFailure } from '../domain/tasks/books.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import type { DesiredState } from '../domain/tasks/task.ts';
import { attempt } from './attempt.ts';

export type TaskEnd =
  { readonly outcome: 'done' | 'cancelled' } | { readonly outcome: 'failed'; readonly failure: TaskFailure };

export interface TaskBooksDeps {
  readonly books: {
    load(ref: TaskRef): Promise<{
      readonly kind: 'gc' | 'extract';
      readonly desired: DesiredState | 'gone';
      readonly windowSize: number | null;
      readonly priority: number;
    }>;
    pause(ref: TaskRef): Promise<void>;
    collect(ref: TaskRef): Promise<void>;
    /** `unfinished`: the task has parts left, and goes on in a new run. */
    finish(ref: TaskRef, end: TaskEnd): Promise<'ended' | 'unfinished'>;
  };
  readonly plan: {
    next(
      ref: TaskRef,
      after: number,
    ): Promise<{
      readonly parts: number[];
      readonly planned: boolean;
      /** The task's row says why nothing more was planned. */
      readonly stopped?: true;
    }>;
  };
  /** Parts in flight of a task that does not say itself. */
  readonly windowOf: (ref: TaskRef, kind: 'gc' | 'extract') => Promise<number>;
  readonly partsPerRun: number;
}

/** Bookkeeping for the workflow: it reads and moves the task's row. */
export function createTaskBooksActivities(deps: TaskBooksDeps) {
  return {
    loadTask: (ref: TaskRef) =>
      attempt(async () => {
        const { kind, desired, windowSize, priority } = await deps.books.load(ref);
        const window = windowSize ?? (await deps.windowOf(ref, kind));
        // A run drains before the next begins: several windows long, it is seldom enough.
        const partsPerRun = Math.max(deps.partsPerRun, 4 * window);
        return { kind, desired, window, priority, partsPerRun };
      }),
    planParts: ({ ref, after }: { ref: TaskRef; after: number }) => attempt(() => deps.plan.next(ref, after)),
    pauseTask: (ref: TaskRef) => attempt(() => deps.books.pause(ref)),
    collectTask: (ref: TaskRef) => attempt(() => deps.books.collect(ref)),
    finishTask: ({ ref, end }: { ref: TaskRef; end: TaskEnd }) => attempt(() => deps.books.finish(ref, end)),
  };
}

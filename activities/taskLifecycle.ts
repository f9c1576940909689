import type { PartPlan } from '../db/engine/partPlan.ts';
import type { TaskLifecycle } from '../db/engine/taskLifecycle.ts';
import type { TaskEnd } from '../domain/tasks/outcome.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import { attempt } from './attempt.ts';

export interface LifecycleDeps {
  readonly lifecycle: Pick<TaskLifecycle, 'load' | 'pause' | 'collect' | 'finish'>;
  readonly plan: PartPlan;
  /** Parts in flight of a task that does not say itself. */
  readonly windowOf: (ref: TaskRef, kind: 'gc' | 'extract') => Promise<number>;
  readonly partsPerRun: number;
}

/** Bookkeeping for the workflow: it reads and moves the task's row. */
export function createLifecycleActivities(deps: LifecycleDeps) {
  return {
    loadTask: (ref: TaskRef) =>
      attempt(async () => {
        const { kind, desired, windowSize, priority } = await deps.lifecycle.load(ref);
        const window = windowSize ?? (await deps.windowOf(ref, kind));
        // A run drains before the next begins: several windows long, it is seldom enough.
        const partsPerRun = Math.max(deps.partsPerRun, 4 * window);
        return { kind, desired, window, priority, partsPerRun };
      }),
    planParts: ({ ref, after }: { ref: TaskRef; after: number }) => attempt(() => deps.plan.next(ref, after)),
    pauseTask: (ref: TaskRef) => attempt(() => deps.lifecycle.pause(ref)),
    collectTask: (ref: TaskRef) => attempt(() => deps.lifecycle.collect(ref)),
    finishTask: ({ ref, end }: { ref: TaskRef; end: TaskEnd }) =>
      attempt(() => deps.lifecycle.finish(ref, end)),
  };
}

import type { ScheduledRun } from '../domain/schedules/schedule.ts';
import type { TaskRef } from '../domain/tasks/parts.ts';
import { attempt } from './attempt.ts';

type Outcome =
  { readonly kind: 'started'; readonly ref: TaskRef } | { readonly kind: 'skipped' | 'waits' | 'void' };

export interface ScheduledTaskDeps {
  readonly scheduledTasks: { start(run: ScheduledRun): Promise<Outcome> };
  readonly startTask: (ref: TaskRef) => Promise<void>;
}

/** One time of a schedule: its task's row, and the task's start. Says what became of it. */
export function createScheduledTask({ scheduledTasks, startTask }: ScheduledTaskDeps) {
  return (run: ScheduledRun): Promise<Outcome['kind']> =>
    attempt(async () => {
      const outcome = await scheduledTasks.start(run);
      // Should it get lost here, the reconciler starts what has a row.
      if (outcome.kind === 'started') await startTask(outcome.ref);
      return outcome.kind;
    });
}

import type { RunOutcome, ScheduledTasks } from '../db/schedules/scheduledTasks.ts';
import { DomainError } from '../domain/errors.ts';
import type { ScheduledRun } from '../domain/schedules/schedule.ts';
import type { Metrics } from '../platform/metrics.ts';
import { attempt } from './attempt.ts';

export interface ScheduledTaskDeps {
  readonly scheduledTasks: ScheduledTasks;
  /** Starts the tasks whose turn it is. */
  readonly startNext: () => Promise<void>;
  readonly metrics: Pick<Metrics, 'scheduleFailures'>;
}

/** One time of a schedule: its task's row, and the task's start. Says what became of it. */
export function createScheduledTask({ scheduledTasks, startNext, metrics }: ScheduledTaskDeps) {
  return (run: ScheduledRun): Promise<RunOutcome['kind']> =>
    attempt(async () => {
      try {
        const outcome = await scheduledTasks.start(run);
        // Should it get lost here, the reconciler starts what has a row.
        if (outcome.kind === 'started') await startNext();
        if (outcome.kind === 'missed') metrics.scheduleFailures.inc({ reason: 'run_missed' });
        return outcome.kind;
      } catch (error) {
        // What is tried again has not failed yet; should it never succeed, it is missed.
        const isFinal = error instanceof DomainError && !error.entry.retryable;
        if (isFinal) metrics.scheduleFailures.inc({ reason: 'run_failed' });
        throw error;
      }
    });
}

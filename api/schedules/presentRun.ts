import type { ScheduleRunRow } from '../../db/schedules/scheduleRuns.ts';

export type ScheduleRunJson = ReturnType<typeof presentRun>;

/** Longer than the engine takes on a busy machine. */
const lateMs = 60_000;

/** A line of a schedule's history. */
export function presentRun(run: ScheduleRunRow) {
  return {
    run_id: run.runId,
    scheduled_time: run.scheduledTime.toISOString(),
    outcome: run.outcome,
    run_time: run.runTime.toISOString(),
    task_id: run.taskId,
    task_state: run.taskState,
    login: run.login,
    why: whyOf(run),
    failure: run.failure,
  };
}

/** With what only the page shows. */
export function presentRunOfPage(run: ScheduleRunRow) {
  return {
    ...presentRun(run),
    objects_failed: run.objectsFailed ?? 0,
    task_create_time: run.taskCreateTime?.toISOString() ?? null,
    task_end_time: run.taskEndTime?.toISOString() ?? null,
  };
}

/** Why it came to that; null: nothing kept it from running at its time. */
function whyOf(run: ScheduleRunRow): string | null {
  const { blockingTaskId: blocker } = run;
  switch (run.outcome) {
    case 'skipped':
      return skippedWords(run);
    case 'waiting':
      return `Waiting for task ${blocker ?? 'of the previous run'} to end.`;
    case 'started':
      if (blocker !== null) return `Waited for task ${blocker} to end.`;
      return run.runTime.getTime() - run.scheduledTime.getTime() > lateMs
        ? `Caught up at ${wordsOf(run.runTime)}.`
        : null;
    case 'failed':
      return failureWords(run.failure);
    case 'missed':
      return missedWords(run);
  }
}

function skippedWords({ reason, blockingTaskId: blocker, blockingTime }: ScheduleRunRow): string {
  const waited = `Waited for ${blocker === null ? 'the previous run' : `task ${blocker}`}`;
  if (reason === 'stopped') return `${waited} until the schedule was stopped.`;
  if (reason === 'changed') return `${waited} until the times of the schedule were changed.`;
  if (blocker !== null) return `Task ${blocker} of the previous run was still active.`;
  if (blockingTime === null) return 'The previous run was still active.';
  return `The run of ${wordsOf(blockingTime)} had not begun yet.`;
}

function missedWords({ reason, awayFrom, awayUntil }: ScheduleRunRow): string {
  if (reason === 'workers_away' && awayFrom !== null && awayUntil !== null) {
    return `No worker ran from ${wordsOf(awayFrom)} to ${wordsOf(awayUntil)}.`;
  }
  return reason === 'temporal_away'
    ? 'Workers ran, but Temporal started no run: it was away, or the schedule was paused there.'
    : 'Nothing ran within the catch-up window.';
}

function failureWords(failure: object | null): string | null {
  const { desc, detail } = (failure ?? {}) as { desc?: string; detail?: string };
  const words = [desc, detail].filter((part) => part !== undefined && part !== '').join(': ');
  return words === '' ? null : `${words}.`;
}

function wordsOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

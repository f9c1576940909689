import type { TaskJson } from '../../commands/cli/taskCalls.ts';

/**
 * From `started`, a moment of this machine's clock, to the end that the task itself tells. So it can be looked at
 * seldom: a look costs the processor that is being measured, and 20 of them a second took 0.6 s of a gc's 9.
 */
export function secondsToEnd(task: TaskJson, started: number): number {
  if (task.end_time === null) throw new Error(`task ${task.task_id} has no end`);
  return (Date.parse(task.end_time) - started) / 1_000;
}

import type { FollowOptions, TaskCalls, TaskJson } from '../cli/taskCalls.ts';
import { dealtWith, withBar } from './bar.ts';
import type { Demo } from './story.ts';

/** Follows a task with a bar. */
export function followTask(
  tasks: TaskCalls,
  taskId: number,
  unit: string,
  options: FollowOptions,
): Promise<TaskJson> {
  return withBar(unit, (show) =>
    tasks.follow(taskId, {
      ...options,
      onLook: ({ progress, state }) => {
        show(progress, state);
      },
    }),
  );
}

/** "done: 462 of 462 objects, 0 failed, 0 skipped, 87/s" */
export function describeTask({ state, progress, failure }: TaskJson): string {
  const { objects_expected, objects_done, objects_failed, objects_skipped, objects_per_second } = progress;
  const counts = `${objects_done} of ${objects_expected} objects, ${objects_failed} failed, ${objects_skipped} skipped`;
  const rate = objects_per_second === null ? '' : `, ${objects_per_second}/s`;
  return `${state}: ${counts}${rate}${failure === null ? '' : `; ${JSON.stringify(failure)}`}`;
}

/** Whether a finished task accounts for every object once, and its stored result names those that are done. */
export async function checkTaskBooks({ tasks, ledger }: Demo, name: string, task: TaskJson): Promise<void> {
  const { objects_expected, objects_done, objects_failed } = task.progress;
  ledger.expect(`${name}: final state`, 'done', task.state);
  ledger.expect(`${name}: objects accounted for`, objects_expected, dealtWith(task));
  if (task.state !== 'done') return;
  const [result, subtasks] = await Promise.all([tasks.result(task.task_id), tasks.subtasks(task.task_id)]);
  const ids = result.removed ?? result.objects?.map(({ id }) => id) ?? [];
  ledger.expect(`${name}: different objects in its result`, objects_done, new Set(ids).size);
  ledger.expect(`${name}: open errors`, objects_failed, result.errors_count);
  const inParts = subtasks.reduce((sum, { progress }) => sum + progress.objects_done, 0);
  ledger.expect(`${name}: objects done by its subtasks`, objects_done, inParts);
}

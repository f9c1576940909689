import { createProgress, describePace, type Progress } from '../cli/progress.ts';
import type { FollowOptions, TaskCalls, TaskJson } from '../cli/taskCalls.ts';
import type { Demo } from './story.ts';

/** Follows a task with a bar that shows the API's own figures: objects, rate, time left. */
export async function followTask(
  tasks: TaskCalls,
  taskId: number,
  unit: string,
  options: FollowOptions,
): Promise<TaskJson> {
  let bar: Progress | undefined;
  try {
    return await tasks.follow(taskId, {
      ...options,
      onLook: (task) => {
        const { objects_expected: total, objects_per_second, eta_seconds } = task.progress;
        if (total === 0) return;
        bar ??= createProgress(unit, total);
        const pace = describePace(objects_per_second ?? 0, eta_seconds);
        bar.update(dealtWith(task), { total, note: `${task.state}  ${pace}` });
      },
    });
  } finally {
    bar?.stop();
  }
}

/** Objects that are done, failed or skipped. */
export function dealtWith({ progress }: TaskJson): number {
  return progress.objects_done + progress.objects_failed + progress.objects_skipped;
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

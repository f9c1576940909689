import { createProgress, describePace, type Progress } from '../cli/progress.ts';
import type { FollowOptions, TaskCalls, TaskJson } from '../cli/taskCalls.ts';

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

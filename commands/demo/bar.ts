import { createProgress, describePace, type Progress } from '../cli/progress.ts';
import type { TaskJson } from '../cli/taskCalls.ts';

type Counted = TaskJson['progress'];

/** A bar that shows the API's own figures for as long as `work` takes, from when it is known how much there is. */
export async function withBar<Result>(
  unit: string,
  work: (show: (progress: Counted, state: string) => void) => Promise<Result>,
): Promise<Result> {
  let bar: Progress | undefined;
  try {
    return await work((progress, state) => {
      const { objects_expected: total, objects_per_second, eta_seconds } = progress;
      if (total === 0) return;
      bar ??= createProgress(unit, total);
      const note = `${state}  ${describePace(objects_per_second ?? 0, eta_seconds)}`;
      bar.update(dealtWith({ progress }), { total, note });
    });
  } finally {
    bar?.stop();
  }
}

/** Objects that are done, failed or skipped. */
export function dealtWith({ progress }: Pick<TaskJson, 'progress'>): number {
  return progress.objects_done + progress.objects_failed + progress.objects_skipped;
}

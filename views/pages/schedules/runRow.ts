import { isFinal, type TaskState } from '../../../domain/tasks/task.ts';
import { formatDuration } from '../../assets/words.js';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { paths } from '../../paths.ts';
import type { RunOfPageShape } from '../../shapes.ts';
import { nextRun, type NextRun } from './nextRun.ts';
import { runBadge } from './scheduleWords.ts';

/** A line of a schedule's history. */
export interface RunRow {
  readonly when: NextRun;
  /** Who ran it by hand; null: its time had come. */
  readonly who: string | null;
  readonly badge: StatusBadge;
  readonly task: { readonly id: number; readonly href: string; readonly state: string } | null;
  /** How long its task took; null: it has none, or it has not ended. */
  readonly took: string | null;
  readonly why: string | null;
}

export function runRow(run: RunOfPageShape, timeZone: string): RunRow {
  const isGone = run.task_id !== null && run.task_state === null;
  return {
    when: nextRun(run.scheduled_time, timeZone),
    who: run.login,
    badge: runBadge(run),
    task:
      run.task_id === null || run.task_state === null
        ? null
        : { id: run.task_id, href: paths.task(run.task_id), state: run.task_state },
    took: took(run),
    why: isGone ? `Task ${run.task_id} was deleted.` : run.why,
  };
}

function took({ task_state, task_create_time, task_end_time }: RunOfPageShape): string | null {
  if (task_state === null || !isFinal(task_state as TaskState)) return null;
  if (task_create_time === null || task_end_time === null) return null;
  const seconds = (Date.parse(task_end_time) - Date.parse(task_create_time)) / 1_000;
  return seconds < 1 ? 'under 1 s' : formatDuration(seconds);
}

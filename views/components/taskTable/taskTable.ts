import { formatDuration, formatRate } from '../../assets/words.js';
import { isFinal } from '../../../domain/tasks/task.ts';
import { describeContent } from '../../pages/tasks/describeContent.ts';
import { paths } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';
import { progress, type Progress } from '../progress/progress.ts';
import { statusBadge, type StatusBadge } from '../statusBadge/statusBadge.ts';
import { time, type Time } from '../time/time.ts';

export interface TaskTable {
  /** Names the table for those who hear it. */
  readonly caption: string;
  readonly rows: readonly TaskRow[];
  /** null: in a fixed order, without the ends. */
  readonly sorting: TaskSorting | null;
}

/** The heads of the columns that the table can be sorted by, and when tasks ended. */
export interface TaskSorting {
  readonly created: SortLink;
  readonly ended: SortLink;
}

export interface SortLink {
  readonly href: string;
  readonly order: 'ascending' | 'descending' | null;
}

export interface TaskRow {
  readonly id: number;
  readonly href: string;
  readonly title: string;
  readonly description: string | null;
  readonly state: string;
  readonly badge: StatusBadge;
  readonly progress: Progress;
  readonly failed: boolean;
  readonly pace: string;
  readonly created: Time;
  readonly ended: Time | null;
}

export function taskTable(
  caption: string,
  tasks: readonly TaskShape[],
  sorting: TaskSorting | null = null,
): TaskTable {
  return { caption, rows: tasks.map(taskRow), sorting };
}

function taskRow(task: TaskShape): TaskRow {
  return {
    id: task.task_id,
    href: paths.task(task.task_id),
    title: describeContent(task.task_type, task.content).title,
    description: task.description,
    state: task.state,
    badge: statusBadge(task.state, task.progress.objects_failed),
    progress: progress(task),
    failed: task.progress.objects_failed > 0,
    pace: pace(task),
    created: time(task.create_time),
    ended: task.end_time === null ? null : time(task.end_time),
  };
}

function pace({ state, progress: { objects_per_second, eta_seconds } }: TaskShape): string {
  if (isFinal(state) || objects_per_second === null) return '';
  const rate = formatRate(objects_per_second);
  return eta_seconds === null ? rate : `${rate}, ${formatDuration(eta_seconds)} left`;
}

import { failedWords, formatDuration, formatRate } from '../../assets/words.js';
import { isFinal } from '../../../domain/tasks/task.ts';
import { describeContent } from '../../pages/tasks/describeContent.ts';
import { took } from '../../pages/tasks/took.ts';
import { paths } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';
import { progress, type Progress } from '../progress/progress.ts';
import { statusBadge, type StatusBadge } from '../statusBadge/statusBadge.ts';
import { time, type Time } from '../time/time.ts';

export interface TaskTable {
  /** Names the table for those who hear it. */
  readonly caption: string;
  readonly rows: readonly TaskRow[];
  readonly columns: readonly TimeColumn[];
  /** Whether rows can be marked for what is done to many. */
  readonly isSelectable: boolean;
}

interface TimeColumn {
  readonly key: 'created' | 'ended';
  readonly name: string;
  /** null: the order is fixed. */
  readonly sort: SortLink | null;
}

/** The heads of the columns that the table can be sorted by. */
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
  readonly failed: string;
  readonly pace: string;
  readonly createdBy: string;
  /** How long it was at work; null: it has not ended. */
  readonly took: string | null;
  readonly created: Time;
  readonly ended: Time | null;
}

export function taskTable(
  caption: string,
  tasks: readonly TaskShape[],
  shown: TaskSorting | TimeColumn['key'],
): TaskTable {
  const isSelectable = typeof shown === 'object';
  const columns: readonly TimeColumn[] = [
    { key: 'created', name: 'Created', sort: isSelectable ? shown.created : null },
    { key: 'ended', name: 'Ended', sort: isSelectable ? shown.ended : null },
  ];
  return {
    caption,
    rows: tasks.map((task) => taskRow(task, isSelectable)),
    columns: isSelectable ? columns : columns.filter(({ key }) => key === shown),
    isSelectable,
  };
}

function taskRow(task: TaskShape, hasDuration: boolean): TaskRow {
  return {
    id: task.task_id,
    href: paths.task(task.task_id),
    title: describeContent(task.task_type, task.content).title,
    description: task.description,
    state: task.state,
    badge: statusBadge(task.state, task.progress.objects_failed),
    progress: progress(task),
    failed: failedWords(task.progress.objects_failed),
    pace: hasDuration && isFinal(task.state) ? '' : pace(task),
    createdBy: creatorOf(task),
    took: took(task),
    created: time(task.create_time),
    ended: task.end_time === null ? null : time(task.end_time),
  };
}

function creatorOf({ created_by_login: login, schedule_id, upgrade_id }: TaskShape): string {
  if (upgrade_id !== null) return `Upgrade ${upgrade_id}`;
  return schedule_id === null ? login : `Schedule ${schedule_id}`;
}

function pace(task: TaskShape): string {
  const { objects_per_second, eta_seconds } = task.progress;
  if (isFinal(task.state)) {
    const time = took(task);
    return time === null ? '' : `took ${time}`;
  }
  if (objects_per_second === null) return '';
  const rate = formatRate(objects_per_second);
  return eta_seconds === null ? rate : `${rate}, ${formatDuration(eta_seconds)} left`;
}

import { formatCount, formatDuration, formatRate } from '../../assets/words.js';
import { isFinal } from '../../../domain/tasks/task.ts';
import type { TaskShape } from '../../shapes.ts';
import { took } from './took.ts';

export interface TaskFigure {
  readonly key: string;
  readonly name: string;
  readonly value: string;
  /** Whether somebody should look into it. */
  readonly isBad?: boolean;
}

/** How far a task has come; its page goes on with them live. */
export function taskFigures({ progress: counters, ...task }: TaskShape): TaskFigure[] {
  return [
    { key: 'objects_done', name: 'Done', value: formatCount(counters.objects_done) },
    {
      key: 'objects_failed',
      name: 'Failed',
      value: formatCount(counters.objects_failed),
      isBad: counters.objects_failed > 0,
    },
    { key: 'objects_skipped', name: 'Skipped', value: formatCount(counters.objects_skipped) },
    { key: 'objects_expected', name: 'Expected', value: formatCount(counters.objects_expected) },
    {
      key: 'parts',
      name: 'Subtasks',
      value: `${formatCount(task.count_task_parts_done)} of ${formatCount(task.count_task_parts_all)}`,
    },
    { key: 'rate', name: 'Rate', value: formatRate(counters.objects_per_second) },
    isFinal(task.state)
      ? { key: 'took', name: 'Took', value: took(task) ?? '–' }
      : { key: 'eta', name: 'Time left', value: formatDuration(counters.eta_seconds) },
  ];
}

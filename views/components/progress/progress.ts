import { describeProgress } from '../../assets/words.js';
import type { TaskShape } from '../../shapes.ts';

export interface Progress {
  readonly label: string;
  readonly percent: number;
  readonly words: string;
  readonly sentence: string;
  /** Slices of the bar as x and width in percent, in the order in which they stand. */
  readonly slices: readonly { readonly name: string; readonly x: string; readonly width: string }[];
}

export function progress(task: Pick<TaskShape, 'task_id' | 'state' | 'progress'>): Progress {
  const { percent, words, sentence, done, skipped, failed } = describeProgress(task);
  return {
    label: `Progress of task ${task.task_id}`,
    percent,
    words,
    sentence,
    slices: [
      { name: 'done', x: '0', width: done.toFixed(3) },
      { name: 'skipped', x: done.toFixed(3), width: skipped.toFixed(3) },
      { name: 'failed', x: (done + skipped).toFixed(3), width: failed.toFixed(3) },
    ],
  };
}

import { formatDuration } from '../../assets/words.js';
import { isFinal } from '../../../domain/tasks/task.ts';
import type { TaskShape } from '../../shapes.ts';

/** How long a task that has ended was at work, without its pauses; null: it has not ended, or never begun. */
export function took({ state, running_ms }: Pick<TaskShape, 'state' | 'running_ms'>): string | null {
  if (!isFinal(state) || running_ms === 0) return null;
  return running_ms < 1_000 ? 'under 1 s' : formatDuration(running_ms / 1_000);
}

import { formatCount } from '../../assets/words.js';
import { paths } from '../../paths.ts';
import type { TaskShape } from '../../shapes.ts';
import { failureText } from '../tasks/failureText.ts';

/** One thing that somebody should look at. */
export interface Attention {
  readonly tone: 'bad' | 'waiting';
  readonly text: string;
  readonly href: string | null;
}

export interface AttentionInput {
  readonly now: Date;
  readonly running: readonly TaskShape[];
  readonly failedOfLate: readonly TaskShape[];
  /** Done, but not with every object. */
  readonly incompleteOfLate: readonly TaskShape[];
  /** Parts of the service that do not answer, by the names of its health checks. */
  readonly broken: readonly string[];
  /** Messages that should have been delivered a while ago, counted up to {@link overdueAtMost}; null: not told. */
  readonly overdueMessages: number | null;
  /** What the database did not tell in time. */
  readonly untold: readonly string[];
}

export const overdueAtMost = 1_000;
// A batch takes seconds; a worker that was killed is noticed after a minute.
const stalledAfterMs = 300_000;
const takenWithinMs = 60_000;

const brokenWords: Readonly<Record<string, string>> = {
  temporal: 'Temporal does not answer: tasks are accepted, and start when it is back.',
  workers: 'No worker takes tasks: they wait until one is there.',
  extractors: 'No worker extracts: additional extracts wait until one is there.',
  clock: "This API's clock differs from the database's, by which tasks select: set it right.",
  'worker-clocks': "The clock of a worker differs from the database's: set it right.",
  'sample-files':
    'Images of removed faces or events are still in the sample store: their files resist, and are tried again.',
  'sample-store': 'The sample store does not answer: objects with samples cannot be worked on.',
};

export function attention(input: AttentionInput): Attention[] {
  const { overdueMessages, untold } = input;
  return [
    ...(untold.length === 0
      ? []
      : [
          bad(
            `The database did not tell in time: ${untold.join(', ')}. Somebody holds a lock, or it is overloaded.`,
            null,
          ),
        ]),
    ...input.broken.map((name) => bad(brokenWords[name] ?? `${name} does not answer.`, paths.help)),
    ...input.running.flatMap((task) => heldUp(task) ?? stalled(task, input.now)),
    ...input.failedOfLate.map(failed),
    ...input.incompleteOfLate.map(incomplete),
    ...(overdueMessages === null || overdueMessages === 0
      ? []
      : [waiting(`Messages about tasks that are overdue: ${overdueWords(overdueMessages)}.`, null)]),
  ];
}

export function overdueWords(count: number): string {
  return count < overdueAtMost ? formatCount(count) : `${formatCount(count)} or more`;
}

function heldUp({ task_id, failure }: TaskShape): Attention[] | null {
  const why = failureText(failure);
  return why === null ? null : [bad(`Task ${task_id} is held up: ${why}.`, paths.task(task_id))];
}

function stalled(task: TaskShape, now: Date): Attention[] {
  const quietMs = now.getTime() - Date.parse(task.last_update_time);
  const href = paths.task(task.task_id);
  if (task.state === 'pending') {
    return task.tasks_before === null && quietMs > takenWithinMs
      ? [waiting(`Task ${task.task_id} waits for the engine.`, href)]
      : [];
  }
  if (task.state === 'paused' || quietMs <= stalledAfterMs) return [];
  const minutes = formatCount(Math.floor(quietMs / 60_000));
  return [bad(`Task ${task.task_id} has not moved for ${minutes} minutes.`, href)];
}

function failed({ task_id, failure }: TaskShape): Attention {
  const why = failureText(failure);
  return bad(`Task ${task_id} failed${why === null ? '' : `: ${why}`}.`, paths.task(task_id));
}

function incomplete({ task_id, progress }: TaskShape): Attention {
  const { objects_failed, objects_expected } = progress;
  const objects = `${formatCount(objects_failed)} of ${formatCount(objects_expected)} objects`;
  return waiting(`Task ${task_id} is done, but ${objects} failed.`, paths.task(task_id));
}

function bad(text: string, href: string | null): Attention {
  return { tone: 'bad', text, href };
}

function waiting(text: string, href: string | null): Attention {
  return { tone: 'waiting', text, href };
}

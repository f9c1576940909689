import { durationMs } from '../../../domain/duration.ts';
import type { TaskState } from '../../../domain/tasks/task.ts';
import { statusBadge, type StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import type { RunOfPageShape, ScheduleShape } from '../../shapes.ts';

export const overlapLabel = 'If the previous run is still active';

export const overlapWords: Readonly<Record<string, string>> = {
  skip: 'Skip',
  buffer_one: 'Wait, then run once',
  allow_all: 'Run anyway',
};

/** The catch-up windows that a form offers. */
export const catchUpWindows = ['10m', '1h', '6h', '1d', '7d'] as const;

const units = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `1h` as `1 hour`, in the largest unit that is whole. */
export function windowWords(window: string): string {
  const ms = durationMs(window, 'catch_up_window');
  // Ten days are ten days, and not a week and a bit.
  const [unit, size] = units.find(([, length]) => ms % length === 0) ?? units[4];
  const count = ms / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

export function scheduleBadge({ active, followed, approval }: ScheduleShape): StatusBadge {
  if (approval?.state === 'waiting') return { text: 'Awaiting approval', tone: 'waiting', lively: false };
  if (!active) return { text: 'Stopped', tone: 'neutral', lively: false };
  // The engine follows within seconds; for longer it waits only while it is away.
  if (!followed) return { text: 'Waiting for the engine', tone: 'waiting', lively: true };
  return { text: 'Started', tone: 'good', lively: false };
}

const outcomeBadges: Readonly<Record<string, StatusBadge>> = {
  started: { text: 'Task created', tone: 'good', lively: false },
  skipped: { text: 'Skipped', tone: 'neutral', lively: false },
  waiting: { text: 'Waiting', tone: 'waiting', lively: true },
  failed: { text: 'No task', tone: 'bad', lively: false },
  missed: { text: 'Missed', tone: 'bad', lively: false },
};

/** What became of a time; of one that made a task, what became of that. */
export function runBadge(
  run: Pick<RunOfPageShape, 'outcome' | 'task_state' | 'objects_failed'>,
): StatusBadge {
  if (run.task_state !== null) return statusBadge(run.task_state as TaskState, run.objects_failed);
  return outcomeBadges[run.outcome] ?? { text: run.outcome, tone: 'neutral', lively: false };
}

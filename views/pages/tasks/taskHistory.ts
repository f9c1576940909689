import { formatCount, formatRate } from '../../assets/words.js';
import { time, type Time } from '../../components/time/time.ts';
import type { TaskState } from '../../../domain/tasks/task.ts';
import type { ActShape, LostAttemptShape, TaskLogShape, TaskShape } from '../../shapes.ts';
import { failureText } from './failureText.ts';

export interface HistoryLine {
  readonly what: string;
  readonly who: string | null;
  readonly time: Time;
}

const scopes: Readonly<Record<string, string>> = {
  all: 'failed objects and unfinished subtasks',
  failed: 'what failed',
  unfinished: 'unfinished subtasks',
};

const plainWords: Readonly<Record<string, string>> = {
  'task.create': 'Created',
  'task.pause': 'Pause requested',
  'task.resume': 'Resumed',
  'task.cancel': 'Cancel requested',
  'task.approve': 'Approved',
  'task.reject': 'Rejected',
  'task.expire': 'Approval expired',
};

const stateWords: Readonly<Partial<Record<TaskState, string>>> = {
  planning: 'Planning',
  running: 'Running',
  paused: 'Paused',
  collecting: 'Collecting results',
  cancelled: 'Ended: cancelled',
  failed: 'Ended: failed',
  done: 'Ended: done',
};

/** What became of a task and who wanted it, newest first. */
export function taskHistory(
  task: TaskShape,
  acts: readonly ActShape[],
  log: readonly TaskLogShape[],
): HistoryLine[] {
  const lines = log.flatMap((line) => {
    const what = line.state === null ? attemptWords(line) : stateWords[line.state];
    // The others are what somebody's act has brought about at once.
    return what === undefined ? [] : [{ what, who: null, time: time(line.log_time) }];
  });
  // A task of an older release has no log.
  const isLogged = log.some(({ log_time }) => log_time === task.end_time);
  const end =
    task.end_time === null || isLogged
      ? []
      : [{ what: `Ended: ${task.state}`, who: null, time: time(task.end_time) }];
  const deeds = acts.map((act) => ({
    what: wordsOf(act),
    who: act.login === '' ? null : act.login,
    time: time(act.audit_time),
  }));
  return [...end, ...lines, ...deeds].sort(
    (one, other) => Date.parse(other.time.iso) - Date.parse(one.time.iso),
  );
}

function attemptWords({ part, attempt, worker, failure, repeats }: LostAttemptShape): string {
  const on = worker === null ? '' : ` on ${worker}`;
  const why = failureText(failure);
  const what = `Subtask ${formatCount(part)}, attempt ${formatCount(attempt)}${on}`;
  if (why === null) return `${what} was lost: the worker was killed, or its heartbeats stopped`;
  return `${what} failed: ${why}${repeats > 1 ? `, ${formatCount(repeats)} times` : ''}`;
}

function wordsOf({ action, after }: ActShape): string {
  const facts = (after ?? {}) as Record<string, unknown>;
  if (action === 'task.throttle') {
    const rate = facts['objects_per_second'];
    return typeof rate === 'number' ? `Rate limit set to ${formatRate(rate)}` : 'Rate limit removed';
  }
  if (action === 'task.retry') {
    const code = facts['error_code'];
    if (typeof code === 'number') return `Retried: objects that failed with ${code}`;
    return `Retried: ${scopes[String(facts['scope'])] ?? 'what is left'}`;
  }
  return plainWords[action] ?? action;
}

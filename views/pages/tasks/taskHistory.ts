import { formatRate } from '../../assets/words.js';
import { time, type Time } from '../../components/time/time.ts';
import type { ActShape, TaskShape } from '../../shapes.ts';

export interface HistoryLine {
  readonly what: string;
  readonly who: string | null;
  readonly time: Time;
}

const scopes: Readonly<Record<string, string>> = {
  all: 'what failed and what did not end',
  failed: 'what failed',
  unfinished: 'what did not end',
};

const plainWords: Readonly<Record<string, string>> = {
  'task.create': 'Created',
  'task.pause': 'Pause asked for',
  'task.resume': 'Resumed',
  'task.cancel': 'Cancel asked for',
};

/** What became of a task and who wanted it, newest first. */
export function taskHistory(task: TaskShape, acts: readonly ActShape[]): HistoryLine[] {
  const lines = acts.map((act) => ({
    what: wordsOf(act),
    who: act.login === '' ? null : act.login,
    time: time(act.audit_time),
  }));
  if (task.end_time === null) return lines;
  return [{ what: `Ended: ${task.state}`, who: null, time: time(task.end_time) }, ...lines];
}

function wordsOf({ action, after }: ActShape): string {
  const facts = (after ?? {}) as Record<string, unknown>;
  if (action === 'task.throttle') {
    const rate = facts['objects_per_second'];
    return typeof rate === 'number' ? `Throttled to ${formatRate(rate)}` : 'Throttle lifted';
  }
  if (action === 'task.retry') {
    const code = facts['error_code'];
    if (typeof code === 'number') return `Retried: what failed with ${code}`;
    return `Retried: ${scopes[String(facts['scope'])] ?? 'what is left'}`;
  }
  return plainWords[action] ?? action;
}

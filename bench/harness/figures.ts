import type { TaskJson } from '../../commands/cli/taskCalls.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** To `digits` places; to as many digits where that would leave 0 of a time that somebody divides by. */
export function round(value: number, digits = 2): number {
  const rounded = Number(value.toFixed(digits));
  return rounded === 0 ? Number(value.toPrecision(Math.max(digits, 1))) : rounded;
}

/** The value that the share `rank` of the values does not exceed. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(rank * sorted.length) - 1)] ?? Number.NaN;
}

export interface Slope {
  /** Of the value, per unit of the time. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

/** The straight line through points of a time and a value, by least squares. @throws RangeError below three points */
export function slopeOf(points: readonly (readonly [time: number, value: number])[]): Slope {
  if (points.length < 3) throw new RangeError('a slope with its error needs three points');
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const time = mean(points.map(([at]) => at));
  const value = mean(points.map(([, of]) => of));
  const sum = (of: (point: readonly [number, number]) => number) =>
    points.reduce((total, point) => total + of(point), 0);
  const spread = sum(([at]) => (at - time) ** 2);
  const slope = sum(([at, of]) => (at - time) * (of - value)) / spread;
  const residual = sum(([at, of]) => (of - value - slope * (at - time)) ** 2);
  return { slope, error: Math.sqrt(residual / (points.length - 2) / spread) };
}

/**
 * From `started`, a moment of this machine's clock, to the end that the task itself tells. So it can be looked at
 * seldom: a look costs the processor that is being measured, and 20 of them a second took 0.6 s of a gc's 9.
 */
export function secondsToEnd(task: TaskJson, started: number): number {
  if (task.end_time === null) throw new Error(`task ${task.task_id} has no end`);
  return (Date.parse(task.end_time) - started) / 1_000;
}

/** Tells, on stderr, what is being done. */
export type Say = (text: string) => void;

export function createSay(): Say {
  const started = performance.now();
  return (text) => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(0).padStart(5);
    process.stderr.write(`${seconds} s  ${text}\n`);
  };
}

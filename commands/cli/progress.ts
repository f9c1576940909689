import { Presets, SingleBar } from 'cli-progress';

export interface ProgressState {
  /** The total as it is known now; it may grow while work is being planned. */
  readonly total?: number;
  /** Shown instead of the measured rate and what is left. */
  readonly note?: string;
}

export interface Progress {
  readonly update: (value: number, state?: ProgressState) => void;
  /** Leaves the last state on the screen. */
  stop(): void;
}

const lineEveryMs = 5_000;

/** A bar on a terminal, a line every few seconds anywhere else; on stderr, so that stdout is left to results. */
export function createProgress(
  unit: string,
  total: number,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  const isTerminal = stream.isTTY;
  const bar = new SingleBar(
    {
      stream,
      format: `  {bar} {percentage} %  {value}/{total} ${unit}{note}`,
      barsize: isTerminal ? 30 : 20,
      noTTYOutput: true,
      notTTYSchedule: lineEveryMs,
      emptyOnZero: true,
      // Off a terminal every line is ended already; this spares an empty one at the end.
      clearOnComplete: !isTerminal,
      formatValue: (value, _options, type) =>
        type === 'percentage' ? String(value).padStart(3) : String(value),
    },
    Presets.shades_classic,
  );
  let known = total;
  const started = performance.now();
  bar.start(total, 0, { note: '' });
  return {
    update: (value, { total: now = known, note } = {}) => {
      known = now;
      bar.setTotal(known);
      bar.update(value, {
        note: `  ${note ?? measured(value, known, performance.now() - started)}`.trimEnd(),
      });
    },
    stop: () => {
      bar.stop();
    },
  };
}

/** A bar for as long as `work` takes: one that a failure leaves behind redraws itself for ever, and keeps the process. */
export async function withProgress<Result>(
  unit: string,
  total: number,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const progress = createProgress(unit, total);
  try {
    return await work(progress);
  } finally {
    progress.stop();
  }
}

/** "120/s, 8 s left" */
export function describePace(perSecond: number, secondsLeft: number | null): string {
  if (perSecond <= 0) return '';
  const rate = `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`;
  return secondsLeft === null || secondsLeft <= 0 ? rate : `${rate}, ${Math.ceil(secondsLeft)} s left`;
}

function measured(value: number, total: number, elapsedMs: number): string {
  const perSecond = value / (Math.max(1, elapsedMs) / 1_000);
  return describePace(perSecond, perSecond > 0 ? Math.max(0, total - value) / perSecond : null);
}

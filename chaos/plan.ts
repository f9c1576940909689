import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export const paths = ['worker-postgres', 'worker-temporal', 'api-postgres', 'api-temporal'] as const;
/** Who → to whom, by TCP. */
export type PathName = (typeof paths)[number];

/** What is killed. `wipe`: Temporal, and its data are deleted; `everything`: all at once. */
export const victims = [
  'worker-1',
  'worker-2',
  'workers',
  'api',
  'extractors',
  'temporal',
  'wipe',
  'postgres',
  'everything',
] as const;
export type Victim = (typeof victims)[number];

export interface TaskPlan {
  readonly kind: 'gc faces' | 'gc descriptors' | 'extract';
  readonly objects: number;
  readonly perSecond: number;
  readonly storeResults: boolean;
  readonly removeSamples: boolean;
  /** Whether only the faces of a list, a third, are selected. */
  readonly onlyList: boolean;
}

export type Act =
  | { readonly act: 'start'; readonly task: number }
  /** Killed, and back after `downMs`. */
  | { readonly act: 'kill'; readonly victim: Victim; readonly downMs: number }
  /** The worker stops for so long without noticing, and goes on. */
  | { readonly act: 'freeze'; readonly worker: 'worker-1' | 'worker-2'; readonly forMs: number }
  | { readonly act: 'terminate'; readonly share: 'one' | 'all' }
  /** cut: connections break; stall: nothing arrives any more; slow: everything arrives late. */
  | { readonly act: 'cut' | 'stall' | 'slow'; readonly path: PathName; readonly forMs: number }
  /** An admin's order to one of the tasks that allow it; `pick` chooses among them. */
  | { readonly act: 'pause' | 'resume' | 'cancel' | 'retry'; readonly pick: number };

export type Step = Act & { readonly afterMs: number };

export interface Plan {
  readonly tasks: readonly TaskPlan[];
  readonly steps: readonly Step[];
}

/** What shall happen, from nothing but the seed: the same seed, the same plan. */
export function makePlan(seed: number, kills: number): Plan {
  const random = xoroshiro128plus(seed);
  const between = (from: number, to: number) => uniformInt(random, from, to);
  const oneOf = <T>(values: readonly T[]): T => {
    const value = values[between(0, values.length - 1)];
    if (value === undefined) throw new RangeError('there is nothing to choose from');
    return value;
  };
  const isSo = (percent: number) => between(1, 100) <= percent;
  const gap = () => between(100, 1_500);

  const makeTask = (): TaskPlan => {
    const kind = oneOf(['gc faces', 'gc faces', 'gc descriptors', 'extract', 'extract'] as const);
    const objects = kind === 'extract' ? between(40, 160) : between(4_000, 16_000);
    return {
      ...{ kind, objects, storeResults: isSo(70), removeSamples: isSo(50), onlyList: isSo(25) },
      perSecond: Math.max(5, Math.round(objects / between(4, 12))),
    };
  };
  const makeDisturbance = (): Act => {
    const act = oneOf(['freeze', 'terminate', 'cut', 'cut', 'stall', 'stall', 'slow', 'slow'] as const);
    if (act === 'freeze')
      return { act, worker: oneOf(['worker-1', 'worker-2']), forMs: between(1_000, 12_000) };
    if (act === 'terminate') return { act, share: oneOf(['one', 'all']) };
    return { act, path: oneOf(paths), forMs: between(500, 5_000) };
  };
  const makeOrder = (): Act => ({
    act: oneOf(['pause', 'pause', 'resume', 'cancel', 'retry', 'retry'] as const),
    pick: between(0, 999),
  });

  const tasks: TaskPlan[] = [];
  const steps: Step[] = [];
  const start = () => {
    steps.push({ act: 'start', task: tasks.push(makeTask()) - 1, afterMs: gap() });
  };
  start();
  for (let kill = 0; kill < kills; kill += 1) {
    start();
    if (isSo(60)) steps.push({ ...makeOrder(), afterMs: gap() });
    if (isSo(60)) steps.push({ ...makeDisturbance(), afterMs: gap() });
    steps.push({ act: 'kill', victim: oneOf(victims), downMs: between(0, 3_000), afterMs: gap() });
    if (isSo(40)) steps.push({ ...makeOrder(), afterMs: gap() });
  }
  return { tasks, steps };
}

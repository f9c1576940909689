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
/** `store`: the server of a bucket. `failover`: the database's primary, which does not come back; its standby takes over. */
export type Victim = (typeof victims)[number] | 'store' | 'failover' | 'standby';

/** Where samples are: in a folder, or in a bucket whose server is killed too. */
export const stores = ['folder', 's3'] as const;
export type Store = (typeof stores)[number];

/** What the installation consists of. */
export interface Setup {
  readonly store: Store;
  /** Whether the database has a synchronous standby. */
  readonly standby: boolean;
}

export const plain: Setup = { store: 'folder', standby: false };

/** Tables that somebody else may hold, with everything that hangs on them. */
export const heldTables = [
  ...(['faces', 'events', 'attributes', 'samples', 'face_descriptors', 'event_descriptors'] as const),
  ...(['image_origins', 'list_faces', 'subtasks', 'tasks'] as const),
] as const;
export type HeldTable = (typeof heldTables)[number];

/** Every kind of task that there is: what is done, to what, of what. */
export const kinds = [
  'gc faces',
  'gc events',
  'gc face_descriptors',
  'gc event_descriptors face',
  'gc event_descriptors body',
  'extract face_descriptor faces',
  'extract face_descriptor events',
  'extract body_descriptor events',
  'extract basic_attributes faces',
  'extract basic_attributes events',
] as const;
export type Kind = (typeof kinds)[number];

const manners = ['permanent', 'permanent', 'rehearsal', 'undoable', 'undoable'] as const;
export type Manner = (typeof manners)[number];

export interface TaskPlan {
  readonly kind: Kind;
  readonly objects: number;
  readonly perSecond: number;
  readonly storeResults: boolean;
  readonly removeSamples: boolean;
  readonly removeOrigins: boolean;
  /** Whether a further condition leaves two of three objects alone. */
  readonly onlyThird: boolean;
  /** How a gc is done: permanently, only rehearsed, or kept aside for a day. */
  readonly manner: Manner;
  /** Whether a gc's filter has a time that is counted from the task's creation. */
  readonly byAge: boolean;
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
  /** Somebody else's session holds the table: nobody may write it (share), or not even read it. */
  | {
      readonly act: 'lock';
      readonly table: HeldTable;
      readonly mode: 'share' | 'access exclusive';
      readonly forMs: number;
    }
  /** A process's clock is set so many days off, ahead or behind, and right again. */
  | {
      readonly act: 'clock';
      readonly process: 'worker-1' | 'worker-2' | 'api';
      readonly days: -2 | 2;
      readonly forMs: number;
    }
  /** A task is removed `afterMs` after somebody began to read its result. */
  | { readonly act: 'read'; readonly removeAfterMs: number }
  /** Nobody answers at the images' origin. */
  | { readonly act: 'away'; readonly forMs: number }
  /** An admin's order to one of the tasks that allow it; `pick` chooses among them. */
  | { readonly act: 'pause' | 'resume' | 'cancel' | 'retry' | 'undo'; readonly pick: number }
  /** Another rate for one of them: so many percent of what it had. */
  | { readonly act: 'throttle'; readonly pick: number; readonly percent: number };

export type Step = Act & { readonly afterMs: number };

export interface Plan {
  readonly tasks: readonly TaskPlan[];
  readonly steps: readonly Step[];
}

/** What shall happen, from nothing but the seed: the same seed, the same plan for the same setup. */
export function makePlan(seed: number, kills: number, { store, standby }: Setup = plain): Plan {
  const mortal: readonly Victim[] = [
    ...victims,
    ...(store === 's3' ? Array<Victim>(3).fill('store') : []),
    ...(standby ? (['failover', 'failover', 'standby'] as const) : []),
  ];
  const random = xoroshiro128plus(seed);
  const between = (from: number, to: number) => uniformInt(random, from, to);
  const oneOf = <T>(values: readonly T[]): T => {
    const value = values[between(0, values.length - 1)];
    if (value === undefined) throw new RangeError('there is nothing to choose from');
    return value;
  };
  const isSo = (percent: number) => between(1, 100) <= percent;
  const gap = () => between(100, 1_500);

  let deck: Kind[] = [];
  /** Each kind once, in any order, before the first comes again. */
  const nextKind = (): Kind => {
    if (deck.length === 0) deck = [...kinds];
    const kind = oneOf(deck);
    deck = deck.filter((other) => other !== kind);
    return kind;
  };

  const makeTask = (): TaskPlan => {
    const kind = nextKind();
    const objects = kind.startsWith('extract') ? between(40, 160) : between(4_000, 16_000);
    return {
      ...{ kind, objects, storeResults: isSo(70), removeSamples: isSo(50) },
      ...{ removeOrigins: isSo(60), onlyThird: isSo(25), byAge: isSo(50) },
      manner: oneOf(manners),
      perSecond: Math.max(5, Math.round(objects / between(4, 12))),
    };
  };
  const makeDisturbance = (): Act => {
    const act = oneOf([
      ...(['freeze', 'terminate', 'away', 'cut', 'cut', 'stall', 'stall', 'slow', 'slow'] as const),
      ...(['lock', 'lock', 'lock', 'clock', 'clock', 'read', 'read'] as const),
    ]);
    if (act === 'freeze')
      return { act, worker: oneOf(['worker-1', 'worker-2']), forMs: between(1_000, 12_000) };
    if (act === 'terminate') return { act, share: oneOf(['one', 'all']) };
    if (act === 'lock') {
      const mode = oneOf(['share', 'access exclusive'] as const);
      return { act, table: oneOf(heldTables), mode, forMs: between(500, 9_000) };
    }
    if (act === 'clock') {
      const process = oneOf(['worker-1', 'worker-2', 'api'] as const);
      return { act, process, days: oneOf([-2, 2]), forMs: between(1_000, 12_000) };
    }
    if (act === 'read') return { act, removeAfterMs: between(0, 2_000) };
    if (act === 'away') return { act, forMs: between(1_000, 8_000) };
    return { act, path: oneOf(paths), forMs: between(500, 5_000) };
  };
  const makeOrder = (): Act => {
    const act = oneOf([
      'pause',
      'pause',
      'resume',
      'throttle',
      'throttle',
      'cancel',
      'retry',
      'retry',
      'undo',
      'undo',
    ] as const);
    const pick = between(0, 999);
    return act === 'throttle' ? { act, pick, percent: between(40, 400) } : { act, pick };
  };

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
    steps.push({ act: 'kill', victim: oneOf(mortal), downMs: between(0, 3_000), afterMs: gap() });
    if (isSo(40)) steps.push({ ...makeOrder(), afterMs: gap() });
  }
  return { tasks, steps };
}

// What has no limit of its own, such as an undo, is to end within the storm all the same.
const unlimited = 1_000;
const slowest = 5;

/** Objects a second of a task that is told to go at so many percent of its rate; null: it had no limit. */
export function rateAfter(objectsPerSecond: number | null, percent: number): number {
  return Math.max(slowest, Math.round(((objectsPerSecond ?? unlimited) * percent) / 100));
}

import type { Logger } from 'pino';
import { isFinal, type TaskState } from '../../../domain/tasks/task.ts';

/** A task as it is told to listeners. */
export interface LiveTask {
  readonly task_id: number;
  readonly state: TaskState;
  readonly last_update_time: string;
}

/** What has to be read, for all listeners together. */
export interface Wanted {
  readonly taskIds: readonly number[];
  /** Those that are open or have just been made, too. */
  readonly open: boolean;
  /** Those that ended since then, too: milliseconds of the database's clock. */
  readonly endedSince: number | null;
}

export interface TaskFeedDeps {
  read(wanted: Wanted): Promise<readonly LiveTask[]>;
  readonly log: Logger;
  readonly intervalMs?: number;
  /** How often listeners are told of what nobody announces; default 15 s. */
  readonly refreshMs?: number;
}

export interface Listener {
  /** null: every task that moves. */
  readonly taskId: number | null;
  /** Of the last event that it has had before; null: none. */
  readonly since: number | null;
  /** Whether it can take more now; a listener that is behind gets only the newest state once it can. */
  isReady(): boolean;
  tell(task: LiveTask, json: string): void;
  /** The task does not exist any more. */
  tellGone(taskId: number): void;
  /** Whether changes can be read at the moment; told when that changes, and at first when they cannot. */
  tellReadable(isReadable: boolean): void;
}

export interface Listening {
  /** The listener can take more again. */
  catchUp(): void;
  stop(): void;
}

export type TaskFeed = ReturnType<typeof createTaskFeed>;

interface Round {
  /** Ids that were asked for; what is left of them after the telling does not exist. */
  readonly wanted: Set<number>;
  readonly announced: ReadonlySet<number>;
  readonly joined: ReadonlySet<Listener>;
  /** Tasks that somebody listens to alone. */
  readonly single: ReadonlySet<number>;
}

const gone = '';
const oncePerSecond = 1_000;
// Those who come within this time, as all do after a restart, are told by one reading.
const joinTogetherMs = 100;
// A task whose workers are gone announces nothing, but its rate falls all the same.
const everyQuarterMinute = 15_000;

/**
 * One reader of changed tasks for all listeners of this process: a change is read once however many listen, at most
 * once a second, and nothing is read when nobody does. Whoever joins is told the present state first.
 */
export function createTaskFeed(deps: TaskFeedDeps) {
  const { read, log, intervalMs = oncePerSecond, refreshMs = everyQuarterMinute } = deps;
  const listeners = new Set<Listener>();
  /** Those that have to be told the present state. */
  const joining = new Set<Listener>();
  /** What was told of tasks last, as long as they are open or somebody listens to them alone. */
  const told = new Map<number, string>();
  const changed = new Set<number>();
  let anyChanged = false;
  let caughtUpAt: number | null = null;
  let changesReadAt = -Infinity;
  let joinedAt = -Infinity;
  let timer: NodeJS.Timeout | null = null;
  let refreshing: NodeJS.Timeout | null = null;
  let isReading = false;
  let isReadable = true;

  const plan = (waitMs: number): void => {
    if (isReading) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void readAndTell(), waitMs);
  };
  const planNext = (): void => {
    const hasJoining = [...joining].some((listener) => listener.isReady());
    const joinAt = hasJoining ? joinedAt + Math.min(joinTogetherMs, intervalMs) : Infinity;
    const changesAt = anyChanged || changed.size > 0 ? changesReadAt + intervalMs : Infinity;
    const next = Math.min(joinAt, changesAt);
    if (next < Infinity) plan(Math.max(0, next - performance.now()));
  };

  const readAndTell = async (): Promise<void> => {
    timer = null;
    isReading = true;
    let hasFailed = false;
    try {
      await round();
    } catch (error) {
      hasFailed = true;
      if (isReadable) log.warn({ err: error }, 'task changes cannot be read; retrying');
      setReadable(false);
    }
    isReading = false;
    if (listeners.size === 0) idle();
    else if (hasFailed) plan(intervalMs);
    else planNext();
  };

  const setReadable = (now: boolean): void => {
    if (now === isReadable) return;
    isReadable = now;
    for (const listener of listeners) listener.tellReadable(now);
  };

  const round = async (): Promise<void> => {
    const joined = [...joining].filter((listener) => listener.isReady());
    if (joined.length > 0) joinedAt = performance.now();
    // A timer may fire a millisecond early; such a round reads nothing and plans the rest of the wait.
    const isTime = performance.now() >= changesReadAt + intervalMs;
    const all = isTime && anyChanged;
    const ids = new Set(isTime ? changed : []);
    const single = new Set([...listeners].flatMap(({ taskId }) => taskId ?? []));
    const hearsAll = [...listeners].some(({ taskId }) => taskId === null);
    if (!hearsAll) for (const id of ids) if (!single.has(id)) ids.delete(id);
    const wanted = new Set(ids);
    if (all) for (const id of [...single, ...told.keys()]) wanted.add(id);
    for (const { taskId } of joined) if (taskId !== null) wanted.add(taskId);
    const joinsAll = joined.filter(({ taskId }) => taskId === null);
    const since = [...joinsAll.map((listener) => listener.since), ...(all && hearsAll ? [caughtUpAt] : [])];
    const open = joinsAll.length > 0 || (all && hearsAll);
    if (isTime) {
      changed.clear();
      anyChanged = false;
      changesReadAt = performance.now();
    }
    if (wanted.size === 0 && !open) return;
    const tasks = await readAll({ wanted, open, since }, ids);
    tellAll(tasks, { wanted, announced: ids, joined: new Set(joined), single });
    setReadable(true);
  };

  const readAll = async (
    { wanted, open, since }: { wanted: Set<number>; open: boolean; since: (number | null)[] },
    ids: ReadonlySet<number>,
  ): Promise<readonly LiveTask[]> => {
    const known = since.filter((time) => time !== null);
    try {
      return await read({
        taskIds: [...wanted],
        open,
        endedSince: known.length === 0 ? null : Math.min(...known),
      });
    } catch (error) {
      for (const id of ids) changed.add(id);
      anyChanged = true;
      throw error;
    }
  };

  const tellAll = (tasks: readonly LiveTask[], { wanted, announced, joined, single }: Round): void => {
    for (const listener of joined) joining.delete(listener);
    for (const task of tasks) {
      const json = JSON.stringify(task);
      const isNew = told.get(task.task_id) !== json;
      wanted.delete(task.task_id);
      caughtUpAt = Math.max(caughtUpAt ?? 0, Date.parse(task.last_update_time));
      // What is not new is looked at for those alone who have just come: a thousand others cost nothing.
      for (const listener of isNew ? listeners : joined) {
        if (listener.taskId !== null && listener.taskId !== task.task_id) continue;
        if (joined.has(listener)) listener.tell(task, json);
        else if (isNew && !joining.has(listener)) {
          if (listener.isReady()) listener.tell(task, json);
          else joining.add(listener);
        }
      }
      // What has ended is forgotten, or a process of many days would remember every task.
      if (isFinal(task.state) && !single.has(task.task_id)) told.delete(task.task_id);
      else told.set(task.task_id, json);
    }
    for (const id of wanted) tellGone(id, told.has(id) || announced.has(id), { joined, single });
  };

  const tellGone = (
    id: number,
    wasThere: boolean,
    { joined, single }: Pick<Round, 'joined' | 'single'>,
  ): void => {
    const isNews = told.get(id) !== gone;
    for (const listener of listeners) {
      const hears = listener.taskId === id || (listener.taskId === null && wasThere);
      if (hears && (isNews || joined.has(listener))) listener.tellGone(id);
    }
    if (single.has(id)) told.set(id, gone);
    else told.delete(id);
  };

  return {
    listen(listener: Listener): Listening {
      listeners.add(listener);
      joining.add(listener);
      if (!isReadable) listener.tellReadable(false);
      refreshing ??= setInterval(() => {
        anyChanged = true;
        planNext();
      }, refreshMs);
      planNext();
      return {
        catchUp: () => {
          if (joining.has(listener)) planNext();
        },
        stop: () => {
          listeners.delete(listener);
          joining.delete(listener);
          if (listener.taskId !== null) told.delete(listener.taskId);
          if (listeners.size === 0) idle();
        },
      };
    },

    /** Tasks that were announced; null: read anew whatever is listened to. */
    changed: (taskIds: readonly number[] | null): void => {
      if (listeners.size === 0) return;
      if (taskIds === null) anyChanged = true;
      else for (const id of taskIds) changed.add(id);
      planNext();
    },

    listeners: (): number => listeners.size,
  };

  function idle(): void {
    if (timer !== null) clearTimeout(timer);
    if (refreshing !== null) clearInterval(refreshing);
    timer = refreshing = null;
    told.clear();
    changed.clear();
    anyChanged = false;
    isReadable = true;
  }
}

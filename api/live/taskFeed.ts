import type { Logger } from 'pino';
import { isFinal, type TaskState } from '../../domain/tasks/task.ts';

/** A task as it is told to listeners. */
export interface LiveTask {
  readonly task_id: number;
  readonly state: TaskState;
}

export interface TaskFeedDeps {
  /** The tasks with these ids, and, when asked for, those that are open or have just been made. */
  read(taskIds: readonly number[], everyOpenOne: boolean): Promise<readonly LiveTask[]>;
  readonly log: Logger;
  readonly intervalMs?: number;
}

export interface Listener {
  /** null: every task that moves. */
  readonly taskId: number | null;
  /** Whether it can take more now; a listener that is behind gets only the newest state once it can. */
  isReady(): boolean;
  tell(task: LiveTask): void;
  /** The task that it listens to does not exist any more. */
  tellGone(taskId: number): void;
}

export type TaskFeed = ReturnType<typeof createTaskFeed>;

interface Subscription {
  readonly listener: Listener;
  /** What each task looked like when it was told last. */
  readonly told: Map<number, Told>;
}

interface Told {
  readonly json: string;
  readonly isOver: boolean;
}

const oncePerSecond = 1_000;

/**
 * One reader of changed tasks for all listeners of this process: a hundred open pages cost the database one question
 * a second, and none when nobody listens. Whoever joins is told the present state first.
 */
export function createTaskFeed({ read, log, intervalMs = oncePerSecond }: TaskFeedDeps) {
  const subscriptions = new Set<Subscription>();
  let timer: NodeJS.Timeout | null = null;
  let isReading = false;
  let isAskedAgain = false;

  const readAndTell = async (): Promise<void> => {
    if (isReading) {
      isAskedAgain = true;
      return;
    }
    isReading = true;
    try {
      await round();
    } catch (error) {
      log.warn({ err: error }, 'the changes of tasks could not be read');
    } finally {
      isReading = false;
    }
    if (isAskedAgain) {
      isAskedAgain = false;
      await readAndTell();
    }
  };

  const round = async (): Promise<void> => {
    const present = [...subscriptions];
    const tasks = await read(watchedIds(present), present.some(hearsEverything));
    const states = new Map(tasks.map((task) => [task.task_id, task]));
    for (const subscription of present) {
      if (!subscriptions.has(subscription) || !subscription.listener.isReady()) continue;
      tellChanges(subscription, states);
    }
  };

  return {
    /** @returns what ends it */
    listen(listener: Listener): () => void {
      const subscription: Subscription = { listener, told: new Map() };
      subscriptions.add(subscription);
      timer ??= setInterval(() => void readAndTell(), intervalMs);
      void readAndTell();
      return () => {
        subscriptions.delete(subscription);
        if (subscriptions.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },

    listeners: (): number => subscriptions.size,
  };
}

function hearsEverything({ listener }: Subscription): boolean {
  return listener.taskId === null;
}

/** A listener to everything also asks for what it knows to be open: that it ends is told too. */
function watchedIds(subscriptions: readonly Subscription[]): number[] {
  const ids = new Set<number>();
  for (const { listener, told } of subscriptions) {
    if (listener.taskId !== null) ids.add(listener.taskId);
    else for (const [id, { isOver }] of told) if (!isOver) ids.add(id);
  }
  return [...ids];
}

type Tasks = ReadonlyMap<number, LiveTask>;

function tellChanges(subscription: Subscription, tasks: Tasks): void {
  if (subscription.listener.taskId === null) tellEverything(subscription, tasks);
  else tellOne(subscription, subscription.listener.taskId, tasks);
}

function tellOne({ listener, told }: Subscription, taskId: number, tasks: Tasks): void {
  const task = tasks.get(taskId);
  if (task !== undefined) tellIfChanged(listener, told, task);
  else if (told.get(taskId) !== gone) {
    told.set(taskId, gone);
    listener.tellGone(taskId);
  }
}

function tellEverything({ listener, told }: Subscription, tasks: Tasks): void {
  for (const [id, { isOver }] of [...told]) {
    if (tasks.has(id)) continue;
    // What has ended long ago is forgotten, or a stream of many days would remember every task.
    told.delete(id);
    if (!isOver) listener.tellGone(id);
  }
  for (const task of tasks.values()) tellIfChanged(listener, told, task);
}

const gone: Told = { json: '', isOver: true };

function tellIfChanged(listener: Listener, told: Map<number, Told>, task: LiveTask): void {
  const json = JSON.stringify(task);
  if (told.get(task.task_id)?.json === json) return;
  told.set(task.task_id, { json, isOver: isFinal(task.state) });
  listener.tell(task);
}
